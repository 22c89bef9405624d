package dev.javelin.collector.hotspot;

/**
 * Reader of HotSpot's variable-length integers (code/compressedStream.hpp, from JDK 20 on utilities/unsigned5.hpp), used by
 * debug information and line number tables. An integer has one to five bytes; each but the last is in the top 64 of the
 * byte's range, and byte {@code i} counts 64 to the power of {@code i}. From JDK 20 on the byte 0 never occurs, so that each
 * byte stands for one less than its value.
 */
final class Unsigned5 {
    private static final int MAX_LENGTH = 5;
    private static final int LOW_CODES = 192;

    private final byte[] bytes;
    private final int excluded;
    private int position;

    /**
     * @param withoutZero whether the encoding is that of JDK 20 and later
     */
    Unsigned5(byte[] bytes, int position, boolean withoutZero) {
        this.bytes = bytes;
        this.position = position;
        this.excluded = withoutZero ? 1 : 0;
    }

    /** The next integer; {@link IndexOutOfBoundsException} at the end of the bytes. */
    int next() {
        int sum = 0;
        for (int i = 0; i < MAX_LENGTH; i++) {
            int b = bytes[position++] & 0xff;
            sum += (b - excluded) << (6 * i);
            if (b < LOW_CODES) {
                break;
            }
        }
        return sum;
    }

    /** The next integer as a signed one: the lowest bit is the sign. */
    int nextSigned() {
        int value = next();
        return (value >>> 1) ^ -(value & 1);
    }

    /** Index of the byte that comes next. */
    int position() {
        return position;
    }

    /** The next byte as it is, 0 to 255. */
    int nextByte() {
        return bytes[position++] & 0xff;
    }
}
