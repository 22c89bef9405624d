package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * A distribution of latencies, in nanoseconds: how many, their sum, the smallest and the largest, all exact, and a histogram in
 * the buckets of {@link LogLinear}, which percentiles are taken from. The two are counted apart, as the kernel does: the
 * histogram may hold fewer values than there were.
 *
 * <p>Used by one thread. Takes at most 15 kilobytes.
 */
public final class Latencies {
    private static final int DIGITS = 3;

    /** A range of values and how many are in it; {@code highest} is part of it. */
    record Bin(long lowest, long highest, long count) {}

    private long[] buckets = new long[0];
    private long bucketed;
    private long count;
    private long total;
    private long min = Long.MAX_VALUE;
    private long max;

    /** No latencies. */
    public Latencies() {}

    /**
     * Adds values to a bucket, without counting them: see {@link #addExact}.
     *
     * @param index of the bucket, see {@link LogLinear#index}
     * @param values how many
     * @throws IndexOutOfBoundsException if there is no such bucket
     */
    public void addBucket(int index, long values) {
        LogLinear.lowest(index);
        if (index >= buckets.length) {
            buckets = Arrays.copyOf(buckets, index + 1);
        }
        buckets[index] += values;
        bucketed += values;
    }

    /**
     * Counts values that {@link #addBucket} was told of.
     *
     * @param values how many; nothing is added if 0
     * @param sum their sum, nanoseconds
     * @param smallest the smallest of them, nanoseconds
     * @param largest the largest of them, nanoseconds
     */
    public void addExact(long values, long sum, long smallest, long largest) {
        if (values > 0) {
            count += values;
            total += sum;
            min = Math.min(min, smallest);
            max = Math.max(max, largest);
        }
    }

    /** Adds all of another's values. */
    public void add(Latencies other) {
        for (int i = 0; i < other.buckets.length; i++) {
            if (other.buckets[i] > 0) {
                addBucket(i, other.buckets[i]);
            }
        }
        addExact(other.count, other.total, other.min, other.max);
    }

    /** These values without those that were there {@code before}; of the smallest and the largest only their buckets may be known. */
    public Latencies minus(Latencies before) {
        Latencies rest = new Latencies();
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < buckets.length; i++) {
            long values = buckets[i] - (i < before.buckets.length ? before.buckets[i] : 0);
            if (values > 0) {
                rest.addBucket(i, values);
                least = Math.min(least, LogLinear.lowest(i));
                most = LogLinear.highest(i);
            }
        }
        rest.addExact(count - before.count, total - before.total, Math.max(min, least), Math.min(max, most));
        return rest;
    }

    /** Number of values. */
    public long count() {
        return count;
    }

    /** Sum of the values, nanoseconds. */
    public long total() {
        return total;
    }

    /** The smallest value, nanoseconds; 0 if there is none. */
    public long min() {
        return count == 0 ? 0 : min;
    }

    /** The largest value, nanoseconds; 0 if there is none. */
    public long max() {
        return max;
    }

    /** The mean, nanoseconds; 0 if there is no value. */
    public double mean() {
        return count == 0 ? 0 : (double) total / count;
    }

    /**
     * The smallest value that is not exceeded by that share of all values, off by at most 1/64, and between {@link #min} and
     * {@link #max}; -1 if no value is in the histogram.
     *
     * @param percent above 0, at most 100
     */
    public long percentile(double percent) {
        long rank = Math.max(1, (long) Math.ceil(bucketed * (percent / 100)));
        long seen = 0;
        for (int i = 0; i < buckets.length; i++) {
            seen += buckets[i];
            if (seen >= rank) {
                return clamped(LogLinear.middle(i));
            }
        }
        return -1;
    }

    private long clamped(long value) {
        return count == 0 ? value : Math.max(min, Math.min(max, value));
    }

    /**
     * The histogram in wider bins, without gaps, from the first that holds a value to the last that does.
     *
     * @param perOctave bins to each power of two, itself a power of two up to 32; fewer below that number
     */
    List<Bin> bins(int perOctave) {
        List<Bin> bins = new ArrayList<>();
        int end = 0;
        long lowest = 0;
        for (int i = 0; i < buckets.length; ) {
            long highest = lowest + Math.max(1, Long.highestOneBit(lowest) / perOctave) - 1;
            long sum = 0;
            while (i < buckets.length && LogLinear.highest(i) <= highest) {
                sum += buckets[i++];
            }
            if (sum > 0 || !bins.isEmpty()) {
                bins.add(new Bin(lowest, highest, sum));
                end = sum > 0 ? bins.size() : end;
            }
            lowest = highest + 1;
        }
        return bins.subList(0, end);
    }

    /** The buckets that hold values, in their order. */
    List<Bin> buckets() {
        List<Bin> bins = new ArrayList<>();
        for (int i = 0; i < buckets.length; i++) {
            if (buckets[i] > 0) {
                bins.add(new Bin(LogLinear.lowest(i), LogLinear.highest(i), buckets[i]));
            }
        }
        return bins;
    }

    /** The histogram as an HdrHistogram with three significant digits. */
    Histogram hdrHistogram() {
        Histogram histogram = new Histogram(DIGITS);
        for (int i = 0; i < buckets.length; i++) {
            if (buckets[i] > 0) {
                histogram.recordValueWithCount(clamped(LogLinear.middle(i)), buckets[i]);
            }
        }
        return histogram;
    }
}
