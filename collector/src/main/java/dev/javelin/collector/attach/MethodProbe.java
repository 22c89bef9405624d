package dev.javelin.collector.attach;

import dev.javelin.collector.probe.MethodSpec;

/**
 * A probe on Java methods, whether it is in.
 *
 * @param methods which
 * @param slots whether threads' slots tell of its calls while they go on; that takes some 10 ns more for each call
 * @param thresholdNanos calls that take longer are told; {@link Long#MAX_VALUE} for none
 * @param period every so many calls one is told; 0 for none
 */
public record MethodProbe(MethodSpec methods, boolean slots, long thresholdNanos, long period) {
    /** One whose calls are counted and timed, and nothing else. */
    public static MethodProbe measured(MethodSpec methods) {
        return new MethodProbe(methods, false, Long.MAX_VALUE, 0);
    }

    /** One whose calls are told by the threads' slots, too. */
    public static MethodProbe watched(MethodSpec methods) {
        return new MethodProbe(methods, true, Long.MAX_VALUE, 0);
    }

    /**
     * One whose calls are told each by itself, at their end: those
     * that take longer than the specification says; all, if it says nothing.
     */
    public static MethodProbe told(MethodSpec methods) {
        boolean all = methods.thresholdNanos() < 0;
        return new MethodProbe(methods, true, all ? Long.MAX_VALUE : methods.thresholdNanos(), all ? 1 : 0);
    }
}
