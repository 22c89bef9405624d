package dev.javelin.collector.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Appends to a file that is deleted when it is closed: system calls, the page cache and the file system. */
final class Journal {
    private static final int RECORDS = 200;
    private static final int RECORD_BYTES = 4 * 1024;
    private static final long MAX_BYTES = 8L << 20;

    private final FileChannel file;
    private final ByteBuffer record = ByteBuffer.allocateDirect(RECORD_BYTES);

    Journal() throws IOException {
        Path path = Files.createTempFile("javelin-demo-", ".journal");
        file = FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
    }

    /** Writes some records and reads them back; returns the file's size in bytes. */
    long append() throws IOException {
        if (file.size() > MAX_BYTES) {
            file.truncate(0);
        }
        for (int i = 0; i < RECORDS; i++) {
            long at = file.size();
            file.write(record.clear(), at);
            file.read(record.clear(), at);
        }
        return file.size();
    }
}
