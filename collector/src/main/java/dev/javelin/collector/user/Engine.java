package dev.javelin.collector.user;

import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.time.Duration;

/** What records inside one process, part after part. Used by one thread. */
interface Engine extends AutoCloseable {
    /** What was recorded in a part. It is taken once; another thread may do that, and the next part may have begun. */
    interface Recorded {
        /** Whether it was over before it was told to end. */
        boolean hadEnded();

        /** Samples for which there was no room. */
        long skipped();

        /**
         * Takes the samples.
         *
         * @param from {@link System#nanoTime} when the part was begun
         * @param to the same now
         * @return for how long it says that was recorded, in nanoseconds
         * @throws IOException if it cannot be read, or the report cannot be written; some samples may have been taken
         */
        long take(Samples samples, int pid, long from, long to) throws IOException;
    }

    /** The process. */
    ProcessInfo process();

    /** The process's JVM and its version; empty if unknown. */
    String runtime();

    /** Whether the process still runs. */
    boolean isAlive();

    /** What it is called in messages. */
    String name();

    /** What reports of an event are called. */
    String title(ProfilerEvent event);

    /** What it is, for one line: {@code async-profiler 4.6}. */
    String brief();

    /** The same for the report's header; and why it is that, if something else was meant to be. */
    String described();

    /** What a report of kernel mode would have. */
    String missing();

    /**
     * Begins a part.
     *
     * @param longest when it ends by itself
     * @throws JavelinException if that is not possible
     */
    void start(Duration longest);

    /**
     * Ends the part.
     *
     * @throws JavelinException if the process does not answer
     */
    Recorded stop();

    /** Bytes of the part, as far as that is known; {@link Long#MAX_VALUE} if it has to end. */
    long recordedBytes();

    /** Stops it, if it was not stopped; nothing is left. */
    @Override
    void close();
}
