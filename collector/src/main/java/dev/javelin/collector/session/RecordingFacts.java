package dev.javelin.collector.session;

import dev.javelin.bpf.ProgramStats;
import dev.javelin.collector.walker.Counter;
import dev.javelin.collector.walker.Probes;
import dev.javelin.collector.walker.StackEnd;
import dev.javelin.collector.walker.Walker;
import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.Profile;
import dev.javelin.flamegraph.RecordingInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a recording has to say of itself: the summary line, and the same facts for the report's header. */
final class RecordingFacts {
    private static final double NANOS = 1e9;
    /** The account ticks every 10 ms: less CPU time than this says nothing. */
    private static final long MEASURABLE = 1_000_000_000L;
    /** Below this share of the accounted CPU time, the clock has missed more ticks than chance explains. */
    private static final double MISSED_TICKS = 0.9;

    private final RecordRequest request;
    private final Recorder recorder;
    private final Walker walker;
    private Instant start = Instant.EPOCH;
    private long startNanos;
    private long endNanos;
    private ProgramStats before;
    private ProgramStats after;
    private long accountedCpuNanos;
    private double cpuSeconds;
    private double startUpCpuSeconds;
    private long openCalls;

    RecordingFacts(RecordRequest request, Recorder recorder, Walker walker) {
        this.request = request;
        this.recorder = recorder;
        this.walker = walker;
    }

    void started() {
        long now = System.nanoTime();
        startNanos = request.probes().offCpuRow() >= 0 ? recorder.startNanos() : now;
        start = Instant.now().minusNanos(now - startNanos);
        before = walker.stats();
        startUpCpuSeconds = cpu();
    }

    /** Wall-clock time of the start. */
    Instant start() {
        return start;
    }

    /** {@link System#nanoTime} at the start. */
    long startNanos() {
        return startNanos;
    }

    void ended() {
        endNanos = request.probes().offCpuRow() >= 0 ? recorder.endNanos() : System.nanoTime();
        accountedCpuNanos = recorder.accountedCpuNanos();
        after = walker.stats();
        openCalls = walker.openCalls();
        cpuSeconds = cpu();
    }

    /** CPU time of this process so far, in seconds. */
    private static double cpu() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toMillis()
                / 1e3;
    }

    /** Nanoseconds of the sampling program per sample handed over; 0 if the kernel does not measure it. */
    private double bpfNanosPerSample() {
        long samples =
                request.probes().isEmpty() ? walker.counter(Counter.SAMPLES) : after.runCount() - before.runCount();
        long time = after.runTimeNs() - before.runTimeNs();
        return samples == 0 ? 0 : (double) time / samples;
    }

    RecordingInfo info() {
        Tally tally = recorder.tally();
        Duration duration = Duration.ofNanos(endNanos - startNanos);
        RecordingInfo.Builder info = RecordingInfo.builder()
                .title(title())
                .command(request.commandLine(), version())
                .start(start, startNanos)
                .duration(duration);
        recorder.series().forEach(series -> info.event(event(series)));
        for (Target target : recorder.seen()) {
            info.target(target.pid(), target.info().commandLine(), target.runtime());
        }
        Map<String, Long> losses = losses();
        losses.forEach(info::loss);
        facts(tally, duration).forEach(info::fact);
        return info.summary(summary(tally, duration, losses)).build();
    }

    private long negatives() {
        long negatives = 0;
        for (int row = 0; row < request.probes().names().size(); row++) {
            negatives += walker.probeNegatives(row);
        }
        return negatives;
    }

    /** What of its probe's events is summed up, as users name it; null if it is their time, or how many they are. */
    private String number(EventRequest event) {
        List<String> numbers =
                event.rows().stream().map(request.probes()::number).distinct().toList();
        return numbers.size() == 1 ? numbers.get(0) : null;
    }

    /** Pages show waits by their time; and the CPU time, where it is beside others. */
    private RecordingInfo.Event event(Series series) {
        EventRequest event = series.event();
        boolean counted = !event.rows().isEmpty();
        boolean time = counted
                ? event.rows().stream().allMatch(request.probes()::isTime)
                : event.name().equals("cpu");
        String number = number(event);
        boolean summed = number != null || (time && (counted || request.events().size() > 1));
        return new RecordingInfo.Event(
                event.name(),
                time ? "ns" : number == null ? "events" : number,
                event.interval(),
                summed,
                series.tally().complete());
    }

    /** What the clock or the counter has sampled, in its unit; 0 if nothing was sampled. */
    private long sampled() {
        return request.sampled() < 0
                ? 0
                : recorder.series().get(request.sampled()).profile().totalValue();
    }

    private String title(EventRequest event) {
        String number = number(event);
        return switch (event.name()) {
            case "cpu" -> "CPU time";
            case "offcpu" -> "Time off the CPU";
            case "runq" -> "Time in the run queue";
            case "wall" -> "Elapsed time";
            case "latency" -> number == null ? "Latencies" : "Values";
            default -> (number == null ? "" : number + " of ") + event.name();
        };
    }

    private String title() {
        List<Target> seen = recorder.seen();
        return Titles.of(
                request.events().stream().map(this::title).toList(),
                seen.size() == 1 ? seen.get(0).info().shortName() : seen.size() + " JVMs");
    }

    private static String version() {
        String version = RecordingFacts.class.getPackage().getImplementationVersion();
        return version == null ? "" : version;
    }

    private Map<String, Long> losses() {
        Map<String, Long> losses = new LinkedHashMap<>();
        losses.put("ring buffer full", walker.counter(Counter.RING_FULL));
        losses.put("walker busy", walker.counter(Counter.SLOT_BUSY));
        losses.put("recursion", after.recursionMisses() - before.recursionMisses());
        losses.put("process ended", recorder.orphans());
        losses.put("totals full", walker.counter(Counter.TOTALS_FULL));
        losses.put("threads off CPU full", walker.counter(Counter.WAITS_FULL));
        losses.put("switches not told", walker.counter(Counter.SWITCHES));
        losses.put("calls full", walker.counter(Counter.CALLS_FULL));
        losses.put("returns not seen", walker.counter(Counter.NOT_RETURNED));
        return losses;
    }

    private Map<String, Object> facts(Tally tally, Duration duration) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("mode", "kernel (BPF)");
        facts.put("samples of Java threads", tally.javaSamples());
        facts.put("complete, Java threads", percent(tally.javaComplete(), tally.javaSamples()));
        facts.put("samples of other threads", tally.otherSamples());
        facts.put("complete, other threads", percent(tally.otherComplete(), tally.otherSamples()));
        for (StackEnd end : StackEnd.values()) {
            if (end != StackEnd.COMPLETE && tally.count(end) > 0) {
                facts.put("incomplete: " + end.text(), tally.count(end));
            }
        }
        if (walker.counter(Counter.NO_STACK) > 0) {
            facts.put("counted without their stacks", walker.counter(Counter.NO_STACK));
        }
        if (recorder.beganBefore() > 0) {
            facts.put("off the CPU since before the recording, without stacks", recorder.beganBefore());
            if (recorder.notWalked() != null) {
                facts.put("why without stacks", recorder.notWalked());
            }
        }
        if (accountedCpuNanos > 0) {
            facts.put(
                    "CPU time sampled",
                    decimal("%.2f s", sampled() / NANOS)
                            + decimal(" of %.2f s by the kernel's account", accountedCpuNanos / NANOS));
        }
        if (openCalls > 0) {
            facts.put("calls that had not returned at the end", openCalls);
        }
        if (request.probes().missedReturns() > 0) {
            facts.put(
                    "returns that had no room in the kernel, in all processes",
                    request.probes().missedReturns());
        }
        if (negatives() > 0) {
            facts.put("left out, as the value is negative", negatives());
        }
        facts.put("bridged by the frame anchor", tally.bridged());
        facts.put("return address found by scanning", tally.scanned());
        facts.put("mean user frames", decimal("%.1f", tally.meanFrames()));
        facts.put("frames without a name", unnamed());
        if (bpfNanosPerSample() > 0) {
            facts.put("BPF time per sample", decimal("%.2f µs", bpfNanosPerSample() / 1e3));
        }
        facts.put("collector CPU until the start", decimal("%.2f s", startUpCpuSeconds));
        facts.put("collector CPU while recording", decimal("%.2f s", cpuSeconds - startUpCpuSeconds));
        facts.put("first sample after", firstSample());
        facts.put("duration", decimal("%.2f s", duration.toNanos() / NANOS));
        return facts;
    }

    /** From the start of this process, whose clock ticks every 10 ms. */
    private String firstSample() {
        if (recorder.firstSampleNanos() == 0) {
            return "none";
        }
        Instant first = start.plusNanos(recorder.firstSampleNanos() - startNanos);
        Instant launched = ProcessHandle.current().info().startInstant().orElse(start);
        return decimal("%.2f s", Duration.between(launched, first).toMillis() / 1e3);
    }

    /** Share of all frames in all samples for which no name was found. */
    private String unnamed() {
        Profile profile = recorder.series().get(0).profile();
        boolean[] nameless = new boolean[profile.frameCount()];
        for (int i = 0; i < nameless.length; i++) {
            Frame frame = profile.frame(i);
            nameless[i] = frame.className() == null && frame.method().startsWith("[un");
        }
        long[] counts = new long[2];
        recorder.series()
                .forEach(series -> series.profile().forEachAggregate((stack, thread, count, value) -> {
                    for (int node = stack; node != Profile.EMPTY_STACK; node = profile.callerStack(node)) {
                        counts[0] += count;
                        counts[1] += nameless[profile.leafFrame(node)] ? count : 0;
                    }
                }));
        return percent(counts[1], counts[0]);
    }

    private String summary(Tally tally, Duration duration, Map<String, Long> losses) {
        StringBuilder line = new StringBuilder();
        line.append(events()).append(" in ").append(decimal("%.1f s", duration.toNanos() / NANOS));
        if (request.probes().isTraced()) {
            line.append(", ").append(recorder.shown()).append(recorder.shown() == 1 ? " line" : " lines");
        }
        if (hasStacks()) {
            line.append(", ").append(percent(tally.complete(), tally.samples())).append(" complete");
        }
        for (StackEnd end : StackEnd.values()) {
            if (end != StackEnd.COMPLETE && tally.count(end) > 0) {
                line.append(", ").append(tally.count(end)).append(' ').append(end.text());
            }
        }
        if (openCalls > 0) {
            line.append("; ")
                    .append(openCalls)
                    .append(openCalls == 1 ? " call" : " calls")
                    .append(" had not returned");
        }
        if (request.probes().missedReturns() > 0) {
            line.append("; ")
                    .append(request.probes().missedReturns())
                    .append(" returns had no room in the kernel (all processes)");
        }
        if (negatives() > 0) {
            line.append(", ").append(negatives()).append(" left out as negative");
        }
        line.append("; lost ");
        long lost = losses.values().stream().mapToLong(Long::longValue).sum();
        line.append(lost);
        losses.forEach((reason, count) -> {
            if (count > 0) {
                line.append(" (").append(reason).append(' ').append(count).append(')');
            }
        });
        double share = accountedCpuNanos < MEASURABLE ? 1 : (double) sampled() / accountedCpuNanos;
        if (share < MISSED_TICKS) {
            line.append("; only ").append(decimal("%.0f %%", 100 * share)).append(" of the CPU time was sampled");
        }
        if (bpfNanosPerSample() > 0) {
            line.append("; BPF ")
                    .append(decimal("%.1f µs", bpfNanosPerSample() / 1e3))
                    .append(" per sample");
        }
        return line.append("; collector ")
                .append(decimal("%.2f s", cpuSeconds))
                .append(" CPU")
                .toString();
    }

    private boolean hasStacks() {
        Probes probes = request.probes();
        return probes.isEmpty() || probes.hasStacks() || (probes.isTraced() && request.userFrames());
    }

    private String events() {
        List<Series> all = recorder.series();
        return all.size() == 1
                ? events(all.get(0))
                : all.stream()
                        .map(series -> series.event().name() + ": " + events(series))
                        .collect(Collectors.joining(", "));
    }

    private String events(Series series) {
        List<Integer> rows = series.event().rows();
        if (rows.isEmpty()) {
            return series.tally().samples() + " samples";
        }
        if (rows.contains(request.probes().onCpuRow())
                || rows.contains(request.probes().callsRow())) {
            return series.tally().samples() + " samples and waits";
        }
        long events = rows.stream().mapToLong(walker::probeEvents).sum();
        return request.probes().isTraced() ? events + (events == 1 ? " hit" : " hits") : events + " events";
    }

    private static String percent(long part, long whole) {
        return whole == 0 ? "-" : decimal("%.2f %%", 100.0 * part / whole);
    }

    private static String decimal(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
