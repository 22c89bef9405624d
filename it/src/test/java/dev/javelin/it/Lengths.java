package dev.javelin.it;

import java.time.Duration;

/**
 * How long the recordings of the tests are. By default short enough for every build; with {@code JAVELIN_IT=full} in the
 * environment (or {@code -Djavelin.it=full}) as long as the figures of the README and the issues ask for.
 */
final class Lengths {
    private static final boolean FULL =
            "full".equals(System.getProperty("javelin.it", System.getenv().getOrDefault("JAVELIN_IT", "")));

    private Lengths() {}

    /** The length of a recording. */
    static Duration seconds(int usually, int full) {
        return Duration.ofSeconds(FULL ? full : usually);
    }

    /**
     * What a share that must not be exceeded allows in that many samples: in the short recordings three standard errors more, so
     * that one sample among a thousand decides nothing; in the long ones the share itself.
     */
    static double share(double share, int samples) {
        return FULL || samples == 0 ? share : share + 3 * Math.sqrt(share / samples);
    }

    /** Whether the long tests run as well. */
    static boolean full() {
        return FULL;
    }
}
