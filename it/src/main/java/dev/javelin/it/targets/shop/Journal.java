package dev.javelin.it.targets.shop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A line for each order, on the disk before the order is confirmed: one thread at a time, which makes the others wait. Any thread. */
final class Journal {
    private final FileChannel file;

    Journal(Path directory) throws IOException {
        file = FileChannel.open(
                directory.resolve("journal.txt"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
    }

    /** Appends a line; it is on the disk when this returns. */
    synchronized void append(String line) throws IOException {
        file.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
        file.force(false);
    }
}
