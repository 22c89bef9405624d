package dev.javelin.collector.hotspot;

import java.nio.ByteBuffer;

/** HotSpot's Symbols hold modified UTF-8: NUL in two bytes, and what is beyond the BMP as two surrogates of three bytes each. */
public final class SymbolText {
    private SymbolText() {}

    /** Decodes {@code length} bytes at {@code from}; null when they are not modified UTF-8. */
    public static String decode(ByteBuffer bytes, int from, int length) {
        char[] chars = new char[length];
        int count = 0;
        int at = from;
        int end = from + length;
        while (at < end) {
            int b = bytes.get(at++);
            if (b > 0) {
                chars[count++] = (char) b;
                continue;
            }
            int more = continuations(b);
            if (more == 0 || at + more > end) {
                return null;
            }
            int value = more == 1 ? b & 0x1f : b & 0x0f;
            for (int i = 0; i < more; i++) {
                int next = bytes.get(at++);
                if ((next & 0xc0) != 0x80) {
                    return null;
                }
                value = (value << 6) | (next & 0x3f);
            }
            chars[count++] = (char) value;
        }
        return new String(chars, 0, count);
    }

    /** Bytes that follow a first byte; 0 for one that cannot be first. */
    private static int continuations(int first) {
        if ((first & 0xe0) == 0xc0) {
            return 1;
        }
        return (first & 0xf0) == 0xe0 ? 2 : 0;
    }
}
