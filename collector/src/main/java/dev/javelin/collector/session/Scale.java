package dev.javelin.collector.session;

/**
 * Scales parts of a whole so that their sum is exactly the scaled whole, however they are rounded. Used by one thread, for each part
 * once.
 */
final class Scale {
    private final double from;
    private final double to;
    private long before;

    /**
     * A scale by {@code to / from}.
     *
     * @param from the sum of all parts, below 2<sup>50</sup>
     * @param to what they are to add up to, below 2<sup>50</sup>
     */
    Scale(long from, long to) {
        this.from = from;
        this.to = to;
    }

    /** The next part, scaled. */
    long of(long part) {
        long start = scaled(before);
        before += part;
        return scaled(before) - start;
    }

    private long scaled(long value) {
        return from == to ? value : Math.round(value * to / from);
    }
}
