package dev.javelin.collector.session;

import dev.javelin.collector.walker.Probes;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One of the events of a recording.
 *
 * @param name as it was asked for: {@code cpu}, {@code offcpu}, {@code cache-misses}, a probe
 * @param interval nanoseconds between two samples, or events to a sample; 0 if every event is taken
 * @param rows of the request's probes those that count it; none if the clock or a counter samples it
 */
public record EventRequest(String name, long interval, List<Integer> rows) {
    public EventRequest {
        rows = List.copyOf(rows);
    }

    /** The only event of a recording: all its probes are this one's. */
    static EventRequest only(String name, long interval, Probes probes) {
        return new EventRequest(
                name,
                interval,
                IntStream.range(0, probes.names().size()).boxed().toList());
    }
}
