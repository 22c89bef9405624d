package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Samples in the order of their arrival, as variable-length differences to the one before, in chunks of bytes: about 9
 * bytes each, at most 36. A record is: zigzag(time difference), thread, zigzag(stack difference), cpu, zigzag(value
 * difference). Written by one thread.
 */
final class SampleStore {
    private static final int CHUNK = 1 << 16;
    private static final int LONGEST = 10 + 5 + 5 + 5 + 10 + 1;

    private final List<byte[]> full = new ArrayList<>();
    private byte[] chunk = new byte[0];
    private int used;
    private long size;
    private long lastTime;
    private int lastStack;
    private long lastValue;

    void add(long time, int thread, int cpu, int stack, long value) {
        if (chunk.length - used < LONGEST) {
            nextChunk();
        }
        put(zigzag(time - lastTime));
        put(thread);
        put(zigzag((long) stack - lastStack));
        put(cpu & 0xffffffffL);
        put(zigzag(value - lastValue));
        lastTime = time;
        lastStack = stack;
        lastValue = value;
        size++;
    }

    private void nextChunk() {
        if (used > 0) {
            full.add(Arrays.copyOf(chunk, used));
        }
        if (chunk.length == 0) {
            chunk = new byte[CHUNK];
        }
        used = 0;
        lastTime = 0; // each chunk can be read alone
        lastStack = 0;
        lastValue = 0;
    }

    private void put(long v) {
        long rest = v;
        while ((rest & ~0x7fL) != 0) {
            chunk[used++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        chunk[used++] = (byte) rest;
    }

    private static long zigzag(long v) {
        return v << 1 ^ v >> 63;
    }

    long size() {
        return size;
    }

    /** Bytes held for the samples. */
    long bytes() {
        long bytes = chunk.length;
        for (byte[] c : full) {
            bytes += c.length;
        }
        return bytes;
    }

    void forEach(Profile.SampleVisitor visitor) {
        for (byte[] c : full) {
            new Reader(c, c.length).forEach(visitor);
        }
        new Reader(chunk, used).forEach(visitor);
    }

    void clear() {
        full.clear();
        used = 0;
        size = 0;
        nextChunk();
    }

    private static final class Reader {
        private final byte[] data;
        private final int end;
        private int position;

        Reader(byte[] data, int end) {
            this.data = data;
            this.end = end;
        }

        void forEach(Profile.SampleVisitor visitor) {
            long time = 0;
            int stack = 0;
            long value = 0;
            while (position < end) {
                time += signed();
                int thread = (int) next();
                stack += (int) signed();
                int cpu = (int) next();
                value += signed();
                visitor.sample(time, thread, cpu, stack, value);
            }
        }

        private long signed() {
            long v = next();
            return v >>> 1 ^ -(v & 1);
        }

        private long next() {
            long v = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = data[position++];
                v |= (b & 0x7fL) << shift;
                if (b >= 0) {
                    return v;
                }
            }
        }
    }
}
