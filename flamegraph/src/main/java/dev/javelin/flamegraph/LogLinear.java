package dev.javelin.flamegraph;

import java.util.Objects;

/**
 * Buckets of values, in nanoseconds: one for each value below 32, and then 32 of equal width for each power of two, so that a
 * bucket's middle is off by at most 1/64 of any value in it. The BPF programs number their buckets the same way.
 */
public final class LogLinear {
    private static final int SUB_BITS = 5;
    private static final int SUB_BUCKETS = 1 << SUB_BITS;

    /** Number of buckets; indices are below it, and that of {@link Long#MAX_VALUE} is the last. */
    public static final int BUCKETS = SUB_BUCKETS + (63 - SUB_BITS) * SUB_BUCKETS;

    private LogLinear() {}

    /**
     * The bucket of a value.
     *
     * @throws IllegalArgumentException if the value is negative
     */
    public static int index(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("no bucket holds the negative value " + value);
        }
        if (value < SUB_BUCKETS) {
            return (int) value;
        }
        int shift = 63 - Long.numberOfLeadingZeros(value) - SUB_BITS;
        return SUB_BUCKETS + shift * SUB_BUCKETS + (int) ((value >> shift) & (SUB_BUCKETS - 1));
    }

    /**
     * The smallest value of a bucket.
     *
     * @throws IndexOutOfBoundsException if there is no such bucket
     */
    public static long lowest(int index) {
        int shift = shift(index);
        return shift < 0 ? index : (SUB_BUCKETS + (long) index % SUB_BUCKETS) << shift;
    }

    /**
     * The largest value of a bucket.
     *
     * @throws IndexOutOfBoundsException if there is no such bucket
     */
    public static long highest(int index) {
        return lowest(index) + (1L << Math.max(0, shift(index))) - 1;
    }

    /**
     * The value that stands for all of a bucket's.
     *
     * @throws IndexOutOfBoundsException if there is no such bucket
     */
    public static long middle(int index) {
        long lowest = lowest(index);
        return lowest + (highest(index) - lowest) / 2;
    }

    /** The base-2 logarithm of the bucket's width; -1 in the first 32 buckets, whose width is 1, too. */
    private static int shift(int index) {
        return Objects.checkIndex(index, BUCKETS) / SUB_BUCKETS - 1;
    }
}
