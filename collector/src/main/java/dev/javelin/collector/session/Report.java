package dev.javelin.collector.session;

import dev.javelin.flamegraph.JfrStream;
import dev.javelin.flamegraph.Outputs;
import dev.javelin.flamegraph.Profile;
import dev.javelin.flamegraph.RecordingInfo;
import java.io.Closeable;
import java.io.IOException;

/**
 * The file that a recording ends in. One of aggregates is written at the end; one of single samples while they come in, so that
 * hours of them need no memory.
 */
final class Report implements Closeable {
    /** Samples in memory, about 9 bytes each, before they are written out. */
    private static final long HELD_SAMPLES = 1 << 18;

    private final Profile profile;
    private final RecordRequest request;
    private final JfrStream stream;

    private Report(Profile profile, RecordRequest request, JfrStream stream) {
        this.profile = profile;
        this.request = request;
        this.stream = stream;
    }

    /** @throws IOException if no file can be made there */
    static Report open(Profile profile, RecordRequest request, RecordingFacts facts) throws IOException {
        JfrStream stream = profile.keepsSamples()
                ? JfrStream.open(profile, request.output(), facts.start(), facts.startNanos(), request.intervalNanos())
                : null;
        return new Report(profile, request, stream);
    }

    /** Called now and then while samples come in. */
    void keepUp() throws IOException {
        if (stream != null && profile.keptSamples() > HELD_SAMPLES) {
            stream.append();
        }
    }

    /** Completes the file and puts it in its place. */
    void finish(RecordingInfo info) throws IOException {
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
