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
    EVENTS_LOST
}
