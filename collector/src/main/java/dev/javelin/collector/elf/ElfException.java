package dev.javelin.collector.elf;

import java.io.IOException;

/** A file is not an ELF file of the kind supported (64-bit, little endian), or is damaged. The message names the file and the part. */
public final class ElfException extends IOException {
    private static final long serialVersionUID = 1L;

    ElfException(String file, String what) {
        super(file + ": " + what);
    }
}
