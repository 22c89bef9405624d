package dev.javelin.flamegraph;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What was recorded and how well: the header of every report.
 *
 * @param title the report's title
 * @param command the command line that made the recording, empty if unknown
 * @param version the profiler's version, empty if unknown
 * @param start wall-clock time of the start
 * @param startNanos CLOCK_MONOTONIC at that same moment, nanoseconds
 * @param duration how long it was recorded
 * @param event what was sampled, for example {@code "cpu"}
 * @param unit the unit of the samples' values and of {@code interval}: {@code "ns"}, {@code "bytes"}, {@code "events"}
 * @param interval the sampling interval in {@code unit}; 0 if every event was recorded, which reports then
 *     call hits instead of samples
 * @param targets the processes that were recorded
 * @param completeSamples how many of the samples have a complete stack; -1 if not known
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
        String event,
        String unit,
        long interval,
        List<Target> targets,
        long completeSamples,
        Map<String, Long> losses,
        Map<String, Object> facts,
        String summary) {
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
        targets = List.copyOf(targets);
        losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /** Sum of all losses. */
    public long lost() {
        long sum = 0;
        for (long count : losses.values()) {
            sum += count;
        }
        return sum;
    }

    /** A builder with the defaults: title "Flame graph", event "cpu", unit "ns", everything else empty. */
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
        private String event = "cpu";
        private String unit = "ns";
        private long interval;
        private final List<Target> targets = new ArrayList<>();
        private long completeSamples = -1;
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

        /** Sets the event, the unit of its values and the sampling interval in that unit. */
        public Builder event(String name, String valueUnit, long samplingInterval) {
            event = name;
            unit = valueUnit;
            interval = samplingInterval;
            return this;
        }

        /** Adds a process. */
        public Builder target(int pid, String commandLine, String runtime) {
            targets.add(new Target(pid, commandLine, runtime));
            return this;
        }

        /** Sets how many samples have a complete stack. */
        public Builder completeSamples(long count) {
            completeSamples = count;
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
                    event,
                    unit,
                    interval,
                    targets,
                    completeSamples,
                    losses,
                    facts,
                    summary);
        }
    }
}
