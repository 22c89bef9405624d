package dev.javelin.collector.session;

import java.io.PrintStream;

/**
 * One recording, from attaching to writing the report. {@link #run} is called once, by one thread, which it keeps until
 * the report is written; {@link #stop} may be called by any thread at any time.
 */
public final class RecordSession {
    private final RecordRequest request;
    private final PrintStream messages;
    private volatile boolean stopped;

    /** Prepares a recording; messages (one line each, no summary) go to {@code messages}. */
    public RecordSession(RecordRequest request, PrintStream messages) {
        this.request = request;
        this.messages = messages;
    }

    /**
     * Records until the duration is over, {@link #stop} is called or every target has ended, and writes the report.
     *
     * @throws JavelinException when nothing could be recorded or the report could not be written
     */
    public RecordResult run() {
        messages.flush();
        throw JavelinException.failed(
                (stopped ? "stopped before recording " : "cannot record ") + request.event() + " yet");
    }

    /** Ends the recording: {@link #run} writes the report of what was recorded and returns. May be called repeatedly. */
    public void stop() {
        stopped = true;
    }
}
