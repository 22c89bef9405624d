package dev.javelin.collector.session;

import dev.javelin.flamegraph.JfrStream;
import dev.javelin.flamegraph.Outputs;
import dev.javelin.flamegraph.Profile;
import dev.javelin.flamegraph.RecordingInfo;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;

/**
 * The file that a recording ends in. One of aggregates is written at the end; one of single samples while they come in, so that
 * hours of them need no memory.
 */
public final class Report implements Closeable {
    /** Samples in memory, about 9 bytes each, or what was summed up, about 60, before they are written out. */
    private static final long HELD_SAMPLES = 1 << 18;

    private final Profile profile;
    private final RecordRequest request;
    private final JfrStream stream;

    private Report(Profile profile, RecordRequest request, JfrStream stream) {
        this.profile = profile;
        this.request = request;
        this.stream = stream;
    }

    /** A profile of which the request's report can be made. */
    public static Profile profile(RecordRequest request) {
        return new Profile(request.output() != null
                && Outputs.needsSamples(request.output().toString()));
    }

    /**
     * Opens the report.
     *
     * @param start wall-clock time of the recording's start
     * @param startNanos {@link System#nanoTime} at that moment
     * @throws IOException if no file can be made there
     */
    public static Report open(Profile profile, RecordRequest request, Instant start, long startNanos)
            throws IOException {
        JfrStream stream = profile.keepsSamples()
                ? JfrStream.open(profile, request.output(), start, startNanos, request.intervalNanos())
                : null;
        return new Report(profile, request, stream);
    }

    /**
     * Called now and then while samples come in.
     *
     * @throws IOException if the file cannot be written
     */
    public void keepUp() throws IOException {
        if (stream != null && profile.keptSamples() > HELD_SAMPLES) {
            stream.append();
        }
    }

    /**
     * Completes the file and puts it in its place.
     *
     * @throws IOException if it cannot be written
     */
    public void finish(RecordingInfo info) throws IOException {
        if (stream != null) {
            stream.finish(info);
        } else if (request.output() != null) {
            Outputs.write(profile, info, request.report(), request.output());
        }
    }

    @Override
    public void close() throws IOException {
        if (stream != null) {
            stream.close();
        }
    }
}
