package dev.javelin.flamegraph;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What was recorded and how well: the header of every report.
 *
 * @param title the report's title
 * @param command the command line that made the recording, empty if unknown
 * @param version the profiler's version, empty if unknown
 * @param start wall-clock time of the start
 * @param startNanos CLOCK_MONOTONIC at that same moment, nanoseconds
 * @param duration how long it was recorded
 * @param events what was recorded, at least one
 * @param targets the processes that were recorded
 * @param losses what is missing, by reason, with how many samples; reasons with 0 may be listed
 * @param facts everything else that the header shows, in its order; values are numbers or texts
 * @param summary the line that the command printed at the end
 */
public record RecordingInfo(
        String title,
        String command,
        String version,
        Instant start,
        long startNanos,
        Duration duration,
        List<Event> events,
        List<Target> targets,
        Map<String, Long> losses,
        Map<String, Object> facts,
        String summary) {
    /**
     * An event that was recorded.
     *
     * @param name for example {@code "cpu"}
     * @param unit the unit of the samples' values and of {@code interval}: {@code "ns"}, {@code "bytes"}, {@code "events"}
     * @param interval the sampling interval in {@code unit}; 0 if every event was recorded, which reports then
     *     call hits instead of samples
     * @param summed whether pages show the sum of the values even if that was not asked for: the number of waits says little
     * @param completeSamples how many of the samples have a complete stack; -1 if not known
     */
    public record Event(String name, String unit, long interval, boolean summed, long completeSamples) {}

    /**
     * A process that was recorded.
     *
     * @param command its command line, or its main class
     * @param runtime its JVM, for example {@code "OpenJDK 17.0.15+6"}, empty if unknown
     */
    public record Target(int pid, String command, String runtime) {
        /** Missing texts become empty. */
        public Target {
            command = Objects.requireNonNullElse(command, "");
            runtime = Objects.requireNonNullElse(runtime, "");
        }
    }

    /** Copies the collections. */
    public RecordingInfo {
        events = List.copyOf(events);
        targets = List.copyOf(targets);
        losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /** The names of all events, with commas between them. */
    public String event() {
        return events.stream().map(Event::name).collect(Collectors.joining(","));
    }

    /** How many of the samples of all events have a complete stack; -1 if not known. */
    public long completeSamples() {
        return events.stream().anyMatch(event -> event.completeSamples() < 0)
                ? -1
                : events.stream().mapToLong(Event::completeSamples).sum();
    }

    /** Sum of all losses. */
    public long lost() {
        long sum = 0;
        for (long count : losses.values()) {
            sum += count;
        }
        return sum;
    }

    /** A builder with the defaults: title "Flame graph", everything else empty, and an event "cpu", unit "ns", if none is added. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the parts of a {@link RecordingInfo}. */
    public static final class Builder {
        private String title = "Flame graph";
        private String command = "";
        private String version = "";
        private Instant start = Instant.EPOCH;
        private long startNanos;
        private Duration duration = Duration.ZERO;
        private final List<Event> events = new ArrayList<>();
        private final List<Target> targets = new ArrayList<>();
        private final Map<String, Long> losses = new LinkedHashMap<>();
        private final Map<String, Object> facts = new LinkedHashMap<>();
        private String summary = "";

        private Builder() {}

        /** Sets the title. */
        public Builder title(String text) {
            title = text;
            return this;
        }

        /** Sets the command line and the version of the profiler. */
        public Builder command(String line, String profilerVersion) {
            command = line;
            version = profilerVersion;
            return this;
        }

        /** Sets the start, on both clocks. */
        public Builder start(Instant wallClock, long monotonicNanos) {
            start = wallClock;
            startNanos = monotonicNanos;
            return this;
        }

        /** Sets the length of the recording. */
        public Builder duration(Duration length) {
            duration = length;
            return this;
        }

        /** Adds an event of which no more is known. */
        public Builder event(String name, String unit, long interval) {
            return event(new Event(name, unit, interval, false, -1));
        }

        /** Adds an event. */
        public Builder event(Event event) {
            events.add(event);
            return this;
        }

        /** Adds a process. */
        public Builder target(int pid, String commandLine, String runtime) {
            targets.add(new Target(pid, commandLine, runtime));
            return this;
        }

        /** Adds a loss. */
        public Builder loss(String reason, long count) {
            losses.merge(reason, count, Long::sum);
            return this;
        }

        /** Adds a line to the header. */
        public Builder fact(String name, Object value) {
            facts.put(name, value);
            return this;
        }

        /** Sets the summary line. */
        public Builder summary(String line) {
            summary = line;
            return this;
        }

        /** The finished description. */
        public RecordingInfo build() {
            return new RecordingInfo(
                    title,
                    command,
                    version,
                    start,
                    startNanos,
                    duration,
                    events.isEmpty() ? List.of(new Event("cpu", "ns", 0, false, -1)) : events,
                    targets,
                    losses,
                    facts,
                    summary);
        }
    }
}
