package dev.javelin.collector.session;

import dev.javelin.flamegraph.Latencies;

/** Calls of Java methods that an agent in the target sees. Used by the recording's thread. */
public interface ProbedCalls {
    /** Address in the target of its threads' slots. */
    long slots();

    /** How many slots there are, a power of two. */
    int capacity();

    /** Bytes from a java.lang.Thread to its field {@code eetop}. */
    int eetop();

    /** The same, {@code tid}. */
    int tid();

    /** Bytes from a Continuation to its field {@code target}; 0 if that is not known. */
    int continuationTarget();

    /** The same, from the target of a virtual thread's to the thread. */
    int targetThread();

    /** By which number the agent tells of them. */
    int number();

    /** How long the calls took that have ended since the probes were set. */
    Latencies latencies();

    /** How many calls have begun since then, up to the last look at {@link #latencies}, that found no slot. */
    long slotless();

    /**
     * Has those calls told one by one that take longer.
     *
     * @param nanos nanoseconds; {@link Long#MAX_VALUE} for none
     */
    void tellSlowerThan(long nanos);

    /** Where it leaves word of the tasks that calls hand to other threads; null if they are not followed. */
    TaskRecords tasks();

    /** Has those followed that are handed over from now on. */
    void follow();
}
