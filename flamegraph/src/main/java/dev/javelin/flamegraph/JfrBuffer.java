package dev.javelin.flamegraph;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes in the encoding of JFR's version 2 with compressed integers: little-endian base 128, seven bits to a byte, the
 * ninth byte of a long holding eight; texts as encoding byte 3 (UTF-8), length, bytes.
 */
final class JfrBuffer {
    private static final int STRING_NULL = 0;
    private static final int STRING_EMPTY = 1;
    private static final int STRING_UTF8 = 3;

    private byte[] bytes = new byte[8192];
    private int size;

    int size() {
        return size;
    }

    byte[] array() {
        return bytes;
    }

    void clear() {
        size = 0;
    }

    JfrBuffer raw(int b) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, size * 2);
        }
        bytes[size++] = (byte) b;
        return this;
    }

    JfrBuffer raw(JfrBuffer other) {
        raw(other.bytes, other.size);
        return this;
    }

    private void raw(byte[] data, int length) {
        if (bytes.length - size < length) {
            bytes = Arrays.copyOf(bytes, Math.max(size * 2, size + length));
        }
        System.arraycopy(data, 0, bytes, size, length);
        size += length;
    }

    /** A compressed long, unsigned: a negative one takes nine bytes. */
    JfrBuffer number(long v) {
        long rest = v;
        for (int i = 0; i < 8; i++) {
            if ((rest & ~0x7fL) == 0) {
                return raw((int) rest);
            }
            raw((int) (rest | 0x80));
            rest >>>= 7;
        }
        return raw((int) rest);
    }

    /** A compressed int: a negative one takes five bytes. */
    JfrBuffer integer(int v) {
        return number(v & 0xffffffffL);
    }

    /** A text in place; null is one byte. */
    JfrBuffer text(String s) {
        if (s == null) {
            return raw(STRING_NULL);
        }
        return s.isEmpty() ? raw(STRING_EMPTY) : symbol(s);
    }

    /** A text that is always encoded as UTF-8, also when empty, as constants of type Symbol must be. */
    JfrBuffer symbol(String s) {
        byte[] utf8 = Text.wellFormed(s).getBytes(StandardCharsets.UTF_8);
        raw(STRING_UTF8).number(utf8.length);
        raw(utf8, utf8.length);
        return this;
    }

    /** Number of bytes that {@link #number} takes for {@code v}. */
    static int length(long v) {
        int bits = 64 - Long.numberOfLeadingZeros(v);
        return Math.max(1, Math.min(9, (bits + 6) / 7));
    }
}
