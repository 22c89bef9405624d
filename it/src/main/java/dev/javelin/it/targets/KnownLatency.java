package dev.javelin.it.targets;

import java.util.Arrays;

/**
 * Calls of a native function that take from 30 µs to 2 ms each, from {@code go} on. {@code account} tells the percentiles, in nanoseconds, of
 * the time that passed within the calls ({@code inner}), and between the looks at the clock before and after them ({@code outer}).
 */
public final class KnownLatency {
    private static final int CALLS = 5_003;
    private static final int SHORTEST_NANOS = 30_000;
    private static final int LONGEST_NANOS = 2_000_000;

    private static final long[] INNER = new long[CALLS];
    private static final long[] OUTER = new long[CALLS];

    private KnownLatency() {}

    private static native long spin(long nanos);

    /** Calls when it is told to; the argument is the library's path. */
    public static void main(String[] arguments) throws InterruptedException {
        System.load(arguments[0]);
        for (int i = 0; i < CALLS; i++) {
            call(i, SHORTEST_NANOS); // until it is compiled
        }
        Console console = new Console().on("account", KnownLatency::percentiles).listen();
        console.ready();
        console.awaitGo();
        for (int i = 0; i < CALLS; i++) {
            double part = (double) i * 7919 % CALLS / CALLS;
            call(i, (long) (SHORTEST_NANOS * Math.pow((double) LONGEST_NANOS / SHORTEST_NANOS, part)));
        }
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void call(int number, long time) {
        long start = System.nanoTime();
        INNER[number] = spin(time);
        OUTER[number] = System.nanoTime() - start;
    }

    private static synchronized String percentiles() {
        Arrays.sort(INNER);
        Arrays.sort(OUTER);
        StringBuilder line = new StringBuilder("count=" + CALLS);
        for (int percentile : new int[] {50, 90, 99}) {
            int rank = (CALLS * percentile + 99) / 100;
            line.append(" inner" + percentile + "=" + INNER[rank - 1])
                    .append(" outer" + percentile + "=" + OUTER[rank - 1]);
        }
        return line.toString();
    }
}
