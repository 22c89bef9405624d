package dev.javelin.collector.user;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Counts how the walks of a recording ended, as far as the profiler tells. Used by one thread. */
final class Walks {
    private final Map<String, Long> incomplete = new TreeMap<>();
    private long complete;
    private long frames;
    private long samples;

    /**
     * Adds samples of one stack.
     *
     * @param reason why it is not complete; null if it is
     * @param depth number of its frames
     */
    void add(String reason, int depth, long count) {
        samples += count;
        frames += depth * count;
        if (reason == null) {
            complete += count;
        } else {
            incomplete.merge(reason, count, Long::sum);
        }
    }

    /** Adds those of another event. */
    void add(Walks other) {
        samples += other.samples;
        frames += other.frames;
        complete += other.complete;
        other.incomplete.forEach((reason, count) -> incomplete.merge(reason, count, Long::sum));
    }

    long samples() {
        return samples;
    }

    long complete() {
        return complete;
    }

    /** Samples that are not complete, by reason. */
    Map<String, Long> incomplete() {
        return Collections.unmodifiableMap(incomplete);
    }

    /** Mean number of frames. */
    double meanFrames() {
        return samples == 0 ? 0 : (double) frames / samples;
    }
}
