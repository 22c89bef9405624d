package dev.javelin.collector.user;

import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.session.Titles;
import dev.javelin.flamegraph.RecordingInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a recording in user-space mode has to say of itself: which mode it was, what that cannot show, and how good it is. */
final class UserFacts {
    private static final double NANOS = 1e9;
    /** The account ticks every 10 ms: less CPU time than this says nothing. */
    private static final long MEASURABLE = 1_000_000_000L;

    private static final double MISSED = 0.9;

    private final RecordRequest request;
    private final List<UserEvent> events;
    private final List<UserTarget> targets;
    private final Instant start = Instant.now();
    private final long startNanos = System.nanoTime();
    private long endNanos;

    /** Recording begins now. */
    UserFacts(RecordRequest request, List<UserEvent> events, List<UserTarget> targets) {
        this.request = request;
        this.events = events;
        this.targets = targets;
    }

    Instant start() {
        return start;
    }

    /** {@link System#nanoTime} at the start. */
    long startNanos() {
        return startNanos;
    }

    void ended() {
        endNanos = System.nanoTime();
    }

    /** {@code lostBytes} is of events for which JFR had no room. */
    RecordingInfo info(long lostBytes) {
        Walks walks = UserEvent.walks(events);
        Duration duration = Duration.ofNanos(endNanos - startNanos);
        RecordingInfo.Builder info = RecordingInfo.builder()
                .title(title())
                .command(request.commandLine(), version())
                .start(start, startNanos)
                .duration(duration)
                .loss("profiler's buffers busy", skipped());
        events.forEach(event -> info.event(event(event)));
        targets.forEach(
                target -> info.target(target.process().pid(), target.process().commandLine(), target.runtime()));
        info.fact("mode", mode());
        walks.incomplete().forEach((reason, count) -> info.fact("incomplete: " + reason, count));
        if (accountedNanos() > 0) {
            info.fact(
                    "CPU time sampled",
                    decimal("%.2f s", sampledNanos() / NANOS)
                            + decimal(" of %.2f s by the kernel's account", accountedNanos() / NANOS));
        }
        info.fact("mean frames", decimal("%.1f", walks.meanFrames()));
        if (pausedNanos() > 0) {
            int parts = targets.stream().mapToInt(UserTarget::parts).max().orElse(0);
            info.fact("not recorded, between " + parts + " parts", decimal("%.2f s", pausedNanos() / NANOS));
        }
        if (lostBytes > 0) {
            info.fact("lost by JFR, whose buffers were full", kilobytes(lostBytes) + " KB of events");
        }
        if (lostNanos() > 0) {
            info.fact("not recorded, parts that failed", decimal("%.2f s", lostNanos() / NANOS));
        }
        List<String> failures = failures();
        for (int i = 0; i < failures.size(); i++) {
            info.fact("failure " + (i + 1), failures.get(i));
        }
        info.fact("duration", decimal("%.2f s", duration.toNanos() / NANOS));
        return info.summary(summary(walks, duration, lostBytes)).build();
    }

    /** Pages show bytes of objects and time of waits; and the CPU time, where it is beside others. */
    private RecordingInfo.Event event(UserEvent event) {
        boolean summed = !event.kind().isSampledByTime() || events.size() > 1;
        return new RecordingInfo.Event(
                event.name(),
                event.kind().unit(),
                event.interval(),
                summed,
                event.walks().complete());
    }

    private String title() {
        return Titles.of(
                events.stream().map(event -> title(event.kind())).toList(),
                targets.size() == 1 ? targets.get(0).process().shortName() : targets.size() + " JVMs");
    }

    private String title(ProfilerEvent event) {
        return targets.stream()
                .map(target -> target.engine().title(event))
                .distinct()
                .collect(Collectors.joining(" or "));
    }

    /** CPU time that was sampled. */
    private long sampledNanos() {
        return events.stream()
                .filter(event -> event.kind() == ProfilerEvent.CPU)
                .mapToLong(event -> event.profile().totalValue())
                .sum();
    }

    private String mode() {
        return engines().entrySet().stream()
                .map(kind -> "user space, by " + kind.getKey().described() + " inside the process" + kind.getValue()
                        + ": " + kind.getKey().missing())
                .collect(Collectors.joining("; "));
    }

    private static String version() {
        String version = UserFacts.class.getPackage().getImplementationVersion();
        return version == null ? "" : version;
    }

    /** What recorded, each kind once, and where there are several, which processes it recorded. */
    private Map<Engine, String> engines() {
        Map<String, List<UserTarget>> kinds = targets.stream()
                .collect(Collectors.groupingBy(
                        target -> target.engine().described(), LinkedHashMap::new, Collectors.toList()));
        Map<Engine, String> engines = new LinkedHashMap<>();
        for (List<UserTarget> alike : kinds.values()) {
            String who = alike.stream()
                    .map(target -> Integer.toString(target.process().pid()))
                    .collect(Collectors.joining(", ", " of ", ""));
            engines.put(alike.get(0).engine(), kinds.size() == 1 ? "" : who);
        }
        return engines;
    }

    private long skipped() {
        return targets.stream().mapToLong(UserTarget::skipped).sum();
    }

    /** CPU time that the kernel accounts to the targets while they were recorded; 0 if it is unknown, or something else was recorded. */
    private long accountedNanos() {
        boolean known =
                UserEvent.has(events, ProfilerEvent.CPU) && targets.stream().allMatch(target -> target.cpuNanos() >= 0);
        return known ? targets.stream().mapToLong(UserTarget::cpuNanos).sum() : 0;
    }

    /** The most of any target. */
    private long pausedNanos() {
        return targets.stream().mapToLong(UserTarget::pausedNanos).max().orElse(0);
    }

    /** The most of any target. */
    private long lostNanos() {
        return targets.stream()
                .mapToLong(target -> target.lostNanos(endNanos))
                .max()
                .orElse(0);
    }

    private List<String> failures() {
        return targets.stream()
                .flatMap(target -> target.failures().stream())
                .map(Throwable::getMessage)
                .toList();
    }

    /** How many samples there are, of each event where there are several. */
    private String samples() {
        return events.size() == 1
                ? events.get(0).walks().samples() + " samples"
                : events.stream()
                        .map(event -> event.name() + ": " + event.walks().samples() + " samples")
                        .collect(Collectors.joining(", "));
    }

    private String summary(Walks walks, Duration duration, long lostBytes) {
        StringBuilder line = new StringBuilder();
        line.append(samples()).append(" in ").append(decimal("%.1f s", duration.toNanos() / NANOS));
        line.append(", ").append(percent(walks.complete(), walks.samples())).append(" complete");
        for (Map.Entry<String, Long> reason : walks.incomplete().entrySet()) {
            line.append(", ").append(reason.getValue()).append(' ').append(reason.getKey());
        }
        line.append("; lost ").append(skipped());
        if (lostBytes > 0) {
            line.append(", and ").append(kilobytes(lostBytes)).append(" KB of events in JFR");
        }
        List<String> failures = failures();
        if (!failures.isEmpty()) {
            line.append("; not recorded ")
                    .append(decimal("%.1f s", lostNanos() / NANOS))
                    .append(" (")
                    .append(failures.get(0))
                    .append(')');
        }
        long accounted = accountedNanos();
        double share = accounted < MEASURABLE ? 1 : (double) sampledNanos() / accounted;
        if (share < MISSED) {
            line.append("; only ").append(decimal("%.0f %%", 100 * share)).append(" of the CPU time was sampled");
        }
        line.append("; user-space mode");
        engines()
                .forEach((engine, who) -> line.append(who)
                        .append(" (")
                        .append(engine.brief())
                        .append("): ")
                        .append(engine.missing()));
        return line.toString();
    }

    private static long kilobytes(long bytes) {
        return (bytes + 1023) / 1024;
    }

    private static String percent(long part, long whole) {
        return whole == 0 ? "-" : decimal("%.2f %%", 100.0 * part / whole);
    }

    private static String decimal(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
