package dev.javelin.collector.cli;

import dev.javelin.collector.attach.MethodProbe;
import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.attach.Placed;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.session.Live;
import dev.javelin.collector.session.RecordResult;
import dev.javelin.flamegraph.Latencies;
import dev.javelin.flamegraph.LatencyTable;
import dev.javelin.flamegraph.RecordingInfo;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Measures how long calls of Java methods take: by the agent alone, without BPF. */
final class MethodLatencies {
    /** How often is looked what there is, so that little is missing when the application is killed. */
    private static final Duration POLL = Duration.ofMillis(100);

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Cli cli;
    private final ProcessInfo process;
    private final List<ProbeSpec> specs;
    private final Duration duration;
    private final Live live;
    private volatile boolean stopped;

    /**
     * Prepares it.
     *
     * @param specs of Java methods only
     * @param duration null until Ctrl-C or the process's end
     * @param live told of the latencies about each second
     */
    MethodLatencies(Cli cli, ProcessInfo process, List<ProbeSpec> specs, Duration duration, Live live) {
        this.cli = cli;
        this.process = process;
        this.specs = specs;
        this.duration = duration;
        this.live = live;
    }

    /**
     * Measures, and returns the exit status.
     *
     * @param settings what is being done, in one line: said when the probes are in
     * @param afterwards takes the result, before the summary
     */
    int run(String settings, Consumer<RecordResult> afterwards) {
        return new Interrupts(() -> stopped = true).run(() -> {
            try {
                RecordResult result = measured(settings);
                afterwards.accept(result);
                cli.messages().line(result.summary());
                return 0;
            } catch (RuntimeException | Error e) {
                return cli.fail(e);
            }
        });
    }

    private RecordResult measured(String settings) {
        List<MethodProbe> probes =
                specs.stream().map(spec -> MethodProbe.measured(spec.methods())).toList();
        try (MethodProbes attached = MethodProbes.attach(process.pid(), probes);
                Progress progress = new Progress(cli.messages(), duration)) {
            cli.messages().line(settings);
            attached.warnings().forEach(cli.messages()::line);
            if (live == Live.NONE) { // two would write on one screen
                progress.start();
            }
            Instant start = Instant.now();
            long begin = System.nanoTime();
            live.started();
            await(attached, begin);
            Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
            attached.takeOut();
            return result(tables(attached), attached.placed(), start, begin, elapsed);
        } catch (IOException e) {
            throw JavelinException.failed("the agent in " + process.pid() + " is lost: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw JavelinException.failed("interrupted", e);
        }
    }

    private void await(MethodProbes attached, long begin) throws IOException, InterruptedException {
        long end = duration == null ? Long.MAX_VALUE : duration.toNanos();
        long next = SECOND.toNanos();
        boolean lives = true;
        while (lives && !stopped) {
            long elapsed = System.nanoTime() - begin;
            if (elapsed >= end) {
                return;
            }
            lives = attached.await(Duration.ofNanos(Math.min(POLL.toNanos(), end - elapsed)));
            attached.latencies();
            if (lives && elapsed >= next) {
                next += SECOND.toNanos();
                lives = attached.look();
                live.latencies(tables(attached), Duration.ofNanos(elapsed));
            }
        }
    }

    private List<LatencyTable> tables(MethodProbes attached) {
        List<Latencies> latencies = attached.latencies();
        List<LatencyTable> tables = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            LatencyTable table = new LatencyTable(specs.get(i).text());
            if (i < latencies.size()) {
                table.add(null, latencies.get(i));
            }
            tables.add(table);
        }
        return tables;
    }

    private RecordResult result(
            List<LatencyTable> tables, List<Placed> placed, Instant start, long begin, Duration elapsed) {
        long calls = tables.stream().mapToLong(table -> table.all().count()).sum();
        int methods = placed.stream().mapToInt(Placed::methods).sum();
        String summary = String.format(
                Locale.ROOT, "%d calls of %d methods in %.1f s; lost 0", calls, methods, elapsed.toMillis() / 1e3);
        String version = MethodLatencies.class.getPackage().getImplementationVersion();
        RecordingInfo info = RecordingInfo.builder()
                .title("Latencies of " + process.shortName())
                .command(cli.commandLine(), version == null ? "" : version)
                .start(start, begin)
                .duration(elapsed)
                .event("latency", "ns", 0)
                .target(process.pid(), process.commandLine(), "")
                .fact("methods probed", methods)
                .summary(summary)
                .build();
        return new RecordResult(calls, summary, info, tables, null);
    }
}
