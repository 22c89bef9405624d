package dev.javelin.collector.session;

import dev.javelin.flamegraph.JfrStream;
import dev.javelin.flamegraph.Outputs;
import dev.javelin.flamegraph.Profile;
import dev.javelin.flamegraph.RecordingInfo;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The file that a recording ends in. One of aggregates is written at the end; one of single samples while they come in, so that
 * hours of them need no memory.
 */
public final class Report implements Closeable {
    /** Samples in memory, about 9 bytes each, or what was summed up, about 60, before they are written out. */
    private static final long HELD_SAMPLES = 1 << 18;

    private final List<Profile> profiles;
    private final RecordRequest request;
    private final JfrStream stream;

    private Report(List<Profile> profiles, RecordRequest request, JfrStream stream) {
        this.profiles = profiles;
        this.request = request;
        this.stream = stream;
    }

    /** Profiles of which the request's report can be made: one for each event, with stacks in common. */
    public static List<Profile> profiles(RecordRequest request) {
        Profile first = new Profile(request.output() != null
                && Outputs.needsSamples(request.output().toString()));
        List<Profile> profiles = new ArrayList<>(List.of(first));
        while (profiles.size() < request.events().size()) {
            profiles.add(first.another());
        }
        return List.copyOf(profiles);
    }

    /**
     * Opens the report.
     *
     * @param start wall-clock time of the recording's start
     * @param startNanos {@link System#nanoTime} at that moment
     * @throws IOException if no file can be made there
     */
    public static Report open(List<Profile> profiles, RecordRequest request, Instant start, long startNanos)
            throws IOException {
        List<Long> intervals =
                request.events().stream().map(EventRequest::interval).toList();
        JfrStream stream = profiles.get(0).keepsSamples()
                ? JfrStream.open(profiles, intervals, request.output(), start, startNanos)
                : null;
        return new Report(profiles, request, stream);
    }

    /**
     * Called now and then while samples come in.
     *
     * @throws IOException if the file cannot be written
     */
    public void keepUp() throws IOException {
        if (stream != null && kept() > HELD_SAMPLES) {
            stream.append();
        }
    }

    private long kept() {
        long kept = 0;
        for (Profile profile : profiles) { // for each sample in user-space mode: no stream of objects
            kept += profile.keptSamples();
        }
        return kept;
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
            Outputs.write(profiles, info, request.report(), request.output());
        }
    }

    @Override
    public void close() throws IOException {
        if (stream != null) {
            stream.close();
        }
    }
}
