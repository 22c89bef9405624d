package dev.javelin.collector.session;

import dev.javelin.collector.walker.TraceContext;
import java.util.List;
import java.util.Map;

/**
 * One event of a probe that is traced.
 *
 * @param timeNanos CLOCK_MONOTONIC, nanoseconds; of a call, when it returned
 * @param thread its id in the profile
 * @param probe row of the probe
 * @param arguments as many as a probe may have; 0 where it has none
 * @param returned what a call returned, else 0
 * @param durationNanos of a call, from entry to return, else 0
 * @param syscall number of the system call, else 0
 * @param stack its id in the profile
 * @param trace the span that the thread works on, by its own account
 * @param texts what arguments pointed to, by their numbers, as far as it could be read; it comes from the target
 */
public record Hit(
        long timeNanos,
        int thread,
        int probe,
        List<Long> arguments,
        long returned,
        long durationNanos,
        int syscall,
        int stack,
        TraceContext trace,
        Map<Integer, TargetText> texts) {
    public Hit {
        arguments = List.copyOf(arguments);
        texts = Map.copyOf(texts);
    }
}
