package dev.javelin.collector.walker;

/** Rows of the per-CPU map {@code counters}; ordinals are {@code enum counter} of javelin.h. */
public enum Counter {
    /** Clock ticks that the program saw, of all threads and of idle time. */
    TICKS,
    /** Samples handed to the ring buffer. */
    SAMPLES,
    /** Samples lost: no room in the ring buffer. */
    RING_FULL,
    /** Samples lost: the walker's scratch was in use. */
    SLOT_BUSY,
    /** Exec and exit notices lost. */
    EVENTS_LOST,
    /** Different stacks handed to the ring buffer. */
    STACKS,
    /** Events lost: no room among the totals or the buckets. */
    TOTALS_FULL,
    /** Waits lost: no room among the threads that are off the CPU. */
    WAITS_FULL,
    /** Calls lost: too many at once. */
    CALLS_FULL,
    /** Events that were counted without their stack. */
    NO_STACK,
    /** Times that a thread left the CPU, or got one, without the kernel telling: the time until it was seen again is missing. */
    SWITCHES,
    /** Calls lost whose return was not seen before another one had their frame. */
    NOT_RETURNED
}
