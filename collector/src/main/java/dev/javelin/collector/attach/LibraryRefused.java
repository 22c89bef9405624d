package dev.javelin.collector.attach;

import java.io.IOException;

/** A process could not load a native library; the message is the reason in its dynamic linker's words. */
final class LibraryRefused extends IOException {
    private static final long serialVersionUID = 1L;

    LibraryRefused(String message) {
        super(message);
    }
}
