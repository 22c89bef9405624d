package dev.javelin.collector.session;

import dev.javelin.flamegraph.LatencyTable;
import dev.javelin.flamegraph.Profile;
import java.time.Duration;
import java.util.List;

/** Sees what a recording takes in while it goes on. All methods are called by the recording's thread, which waits for them. */
public interface Live {
    /** Sees nothing. */
    Live NONE = new Live() {};

    /** Called once, as soon as everything that happens is recorded. */
    default void started() {}

    /**
     * Takes one hit of a traced probe.
     *
     * @param profile has its thread and its stack
     * @return false if it is not wanted any more, nor any that follows: the recording then ends
     */
    default boolean hit(Hit hit, Profile profile) {
        return true;
    }

    /**
     * Called each time when what there was has been taken.
     *
     * @return false if nobody looks any more: the recording then ends
     */
    default boolean taken() {
        return true;
    }

    /** Whether {@link #latencies} is to be called, about once a second. */
    default boolean showsLatencies() {
        return false;
    }

    /**
     * Takes what was measured so far.
     *
     * @param elapsed since the start of the recording
     */
    default void latencies(List<LatencyTable> tables, Duration elapsed) {}
}
