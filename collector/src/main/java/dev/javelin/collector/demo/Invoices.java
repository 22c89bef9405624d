package dev.javelin.collector.demo;

import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Compresses invoices: native code of libzip and zlib beneath Java. */
final class Invoices {
    private static final int SIZE = 64 * 1024;

    private final byte[] text = new byte[SIZE];
    private final byte[] compressed = new byte[2 * SIZE];
    private final byte[] restored = new byte[SIZE];

    Invoices(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < SIZE; i++) {
            text[i] = (byte) "1234567890 EUR\n".charAt(random.nextInt(15));
        }
    }

    /** Compresses and restores all invoices, and returns their compressed size in bytes. */
    int compress() throws DataFormatException {
        int length = deflate();
        inflate(length);
        return length;
    }

    private int deflate() {
        Deflater deflater = new Deflater(6);
        try {
            deflater.setInput(text);
            deflater.finish();
            return deflater.deflate(compressed);
        } finally {
            deflater.end();
        }
    }

    private void inflate(int length) throws DataFormatException {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(compressed, 0, length);
            inflater.inflate(restored);
        } finally {
            inflater.end();
        }
    }
}
