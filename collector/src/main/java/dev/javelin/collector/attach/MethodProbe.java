package dev.javelin.collector.attach;

import dev.javelin.collector.probe.MethodSpec;

/**
 * A probe on Java methods, whether it is in.
 *
 * @param methods which
 * @param slots what the threads' slots tell of its calls; if anything, that takes some 10 ns more for each call
 * @param thresholdNanos calls that take longer are told; {@link Long#MAX_VALUE} for none
 * @param period every so many calls one is told; 0 for none
 */
public record MethodProbe(MethodSpec methods, Slots slots, long thresholdNanos, long period) {
    /** What the threads' slots tell of a probe's calls; their order is the agent's. */
    public enum Slots {
        NOTHING,
        /** Of those that are told, when they end. */
        ENDS,
        /** Also while they go on: no other probe in the JVM may use the slots at that time. */
        OPEN
    }

    /** One whose calls are counted and timed, and nothing else. */
    public static MethodProbe measured(MethodSpec methods) {
        return new MethodProbe(methods, Slots.NOTHING, Long.MAX_VALUE, 0);
    }

    /**
     * One whose calls are told by the threads' slots while they go on, too.
     *
     * @param thresholdNanos those that take longer are told at their end; {@link Long#MAX_VALUE} for none
     */
    public static MethodProbe watched(MethodSpec methods, long thresholdNanos) {
        return new MethodProbe(methods, Slots.OPEN, thresholdNanos, 0);
    }

    /**
     * One whose calls are told each by itself, at their end: those
     * that take longer than the specification says; all, if it says nothing.
     */
    public static MethodProbe told(MethodSpec methods) {
        boolean all = methods.thresholdNanos() < 0;
        return new MethodProbe(methods, Slots.ENDS, all ? Long.MAX_VALUE : methods.thresholdNanos(), all ? 1 : 0);
    }
}
