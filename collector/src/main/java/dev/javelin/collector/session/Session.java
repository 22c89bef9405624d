package dev.javelin.collector.session;

/** One recording, from its start to its report. */
public interface Session {
    /**
     * Records until it is over, and writes the report. Called once, by one thread.
     *
     * @throws JavelinException when nothing could be recorded or the report could not be written
     */
    RecordResult run();

    /** Ends the recording: {@link #run} writes the report of what was recorded and returns. May be called repeatedly, by any thread. */
    void stop();
}
