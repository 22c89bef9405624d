package dev.javelin.collector.attach;

import java.io.IOException;

/**
 * A process could not load a native library, or has one that it does not agree with; the message is the reason, for example in its dynamic
 * linker's words. What needs no library may be possible all the same.
 */
public final class LibraryRefused extends IOException {
    private static final long serialVersionUID = 1L;

    LibraryRefused(String message) {
        super(message);
    }

    LibraryRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
