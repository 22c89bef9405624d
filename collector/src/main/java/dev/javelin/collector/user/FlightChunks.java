package dev.javelin.collector.user;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** When the chunks of a JFR file were recorded: their headers tell (jfrChunkWriter.cpp), also where nothing happened. */
final class FlightChunks {
    private static final int MAGIC = 0x464c5200;
    /** Big endian: magic, version, then eight bytes each: size, constants, metadata, start, duration, both in ns. */
    private static final int HEADER = 48;

    private static final int SIZE = 8;
    private static final int START = 32;
    private static final int DURATION = 40;
    private static final int MOST = 10_000;

    private FlightChunks() {}

    /**
     * For how long a file was recorded, in nanoseconds.
     *
     * @throws IOException if it cannot be read
     */
    static long nanos(Path jfr) throws IOException {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        try (FileChannel file = FileChannel.open(jfr, StandardOpenOption.READ)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            long position = 0;
            for (int chunk = 0; chunk < MOST && file.read(header.clear(), position) == HEADER; chunk++) {
                if (header.getInt(0) != MAGIC || header.getLong(SIZE) < HEADER) {
                    break;
                }
                first = Math.min(first, header.getLong(START));
                last = Math.max(last, header.getLong(START) + header.getLong(DURATION));
                position += header.getLong(SIZE);
            }
        }
        return Math.max(0, last - first);
    }
}
