package dev.javelin.it.targets.chains;

/** What the chains do at their end. */
final class Work {
    private static volatile long sink;

    private Work() {}

    /** Some microseconds when compiled, some tens of them when interpreted. */
    static long spin(long from, int rounds) {
        long x = from | 1;
        for (int i = 0; i < rounds; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        return x;
    }

    /** Keeps a result alive. */
    static void keep(long x) {
        sink = x;
    }

    /** A number that no compiler foresees. */
    static long seed() {
        return sink;
    }
}
