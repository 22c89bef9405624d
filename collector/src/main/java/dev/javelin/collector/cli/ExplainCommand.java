package dev.javelin.collector.cli;

import dev.javelin.bpf.TerminalSize;
import dev.javelin.collector.attach.MethodProbe;
import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.attach.Placed;
import dev.javelin.collector.hotspot.HotSpot;
import dev.javelin.collector.probe.ProbeResolver;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.collector.session.ExplainRequest;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.session.Live;
import dev.javelin.collector.session.ProbedCalls;
import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.session.RecordResult;
import dev.javelin.collector.session.RecordSession;
import dev.javelin.collector.session.Session;
import dev.javelin.collector.session.TaskRecords;
import dev.javelin.collector.walker.Probes;
import dev.javelin.flamegraph.ExplanationOutputs;
import dev.javelin.flamegraph.Latencies;
import dev.javelin.flamegraph.ReportOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code javelin explain}: where the time of a method's calls went. */
@Command(
        name = "explain",
        description =
                "Tells where the time of a Java method's calls went, of all and of the slow ones: on the CPU, waiting for"
                        + " one, for locks and who held them, for files, sockets, the garbage collector.",
        mixinStandardHelpOptions = true,
        versionProvider = JavelinCommand.Version.class,
        sortOptions = false,
        footer = {
            "",
            "An agent is loaded into the process for it, and taken out again.",
            "",
            "Examples:",
            "  The slowest hundredth of the calls in the next 30 s:",
            "    javelin explain -d 30s com.acme.Orders.place 1234",
            "  With what its tasks do in other threads:",
            "    javelin explain -d 30s --follow com.acme.Orders.place 1234",
            "  Those of more than 200 ms, as a page with the slowest ten on a time line:",
            "    javelin explain --slower-than 200ms -f slow.html com.acme.Orders.place Shop",
            "",
            "Exit status: 0 done, 1 failed, 2 called wrongly. Ctrl-C shows what was seen.",
        })
final class ExplainCommand implements Callable<Integer> {
    private static final String KIND = "java:";
    private static final int NARROWEST = 60;
    private static final int USUAL_COLUMNS = 100;
    private static final int DEPTH = 512;
    private static final long INTERVAL_NANOS = 5_000_000;

    private final Cli cli;

    @Parameters(
            arity = "0..*",
            paramLabel = "METHOD PID",
            description =
                    "Which method's calls: com.acme.Orders.place, a pattern, +com.acme.Handler.handle for all that"
                            + " implement it; and in which process, by number or main class.")
    private List<String> words = List.of();

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "TIME",
            description = "How long, for example 30s or 2m; a bare number is seconds. Until Ctrl-C if left out.")
    private String duration;

    @Option(
            names = "--slower-than",
            paramLabel = "TIME",
            description =
                    "Which calls are slow, for example 200ms; seconds without a unit (default: the slowest hundredth).")
    private String slowerThan;

    @Option(
            names = "--follow",
            description =
                    "Also tell what the tasks do that a call hands to other threads: to executors, as asynchronous"
                            + " stages of a CompletableFuture, or by starting a thread.")
    private boolean follow;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            description = "Time between two samples of what runs on a CPU (default: 5ms).")
    private String interval;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Also write .html, a page with flame graphs and a time line, or .json.")
    private String file;

    @Mixin
    private KernelMode mode;

    ExplainCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        mode.check("waits are measured");
        if (words.size() != 2) {
            throw JavelinException.usage(
                    "name a method and the process that calls it: javelin explain com.acme.Orders.place 1234");
        }
        if (file != null && !ExplanationOutputs.supports(file)) {
            throw JavelinException.usage("-f " + file + ": unknown format: the name must end in "
                    + String.join(" or ", ExplanationOutputs.extensions()));
        }
        Duration time = duration == null ? null : SampleSettings.duration(duration);
        long given = slowerThan == null
                ? 0
                : SampleSettings.duration("--slower-than", slowerThan).toNanos();
        long every = interval == null ? INTERVAL_NANOS : SampleSettings.clockInterval(interval);
        String method = words.get(0).startsWith(KIND) ? words.get(0) : KIND + words.get(0);
        SpecsAndTarget wanted = SpecsAndTarget.of(List.of(method, words.get(1)), "explained");
        ProbeSpec spec = wanted.specs().get(0);
        long slow = given == 0 ? Math.max(0, spec.methods().thresholdNanos()) : given;
        int pid = wanted.pid();
        int java = MethodProbes.requireOpenCalls(pid);
        ProbeResolver resolver = new ProbeResolver(List.of(pid));
        List<Probes.Probe> rows = new ArrayList<>(resolver.operations());
        rows.add(resolver.calls(pid, java));
        Probes probes = new Probes(rows);
        OutputFile output =
                file == null ? null : OutputFile.of(file, wanted.targets().forFileName());
        // None that is slow is missed while the first command to tell of some is on its way.
        MethodProbe probe = MethodProbe.watched(spec.methods(), slow > 0 ? slow - 1 : Long.MAX_VALUE);
        Stop stop = new Stop();
        return new Interrupts(stop::ask).run(() -> {
            try (MethodProbes attached = MethodProbes.attach(pid, List.of(probe), follow)) {
                attached.warnings().forEach(cli.messages()::line);
                warn(spec, attached.placed().get(0), java, probes.hasMounts());
                ExplainRequest explain =
                        new ExplainRequest(spec.text().substring(KIND.length()), new Attached(attached), slow);
                RecordRequest request = request(pid, probes, every, time, explain);
                Session session =
                        new RecordSession(request, cli.messages().stream(), LateClasses.with(Live.NONE, attached));
                Recording recording = new Recording(cli, request, null, Live.NONE, session);
                stop.passTo(recording::stop);
                return recording.summarised(settings(wanted, time), result -> deliver(result, output));
            } catch (RuntimeException | Error e) {
                return cli.fail(e);
            }
        });
    }

    /** Of what is not to be seen of such calls, before they are waited for. */
    private void warn(ProbeSpec spec, Placed placed, int java, boolean hasMounts) {
        if (placed.synchronizeds() > 0) {
            cli.messages()
                    .line(
                            spec.text() + ": "
                                    + (placed.methods() == 1 ? "" : placed.synchronizeds() + " of the methods: ")
                                    + "synchronized; a call begins when its thread has the monitor, and to wait for that is no part of it");
        }
        if (java >= HotSpot.VIRTUAL_THREADS && !hasMounts) {
            cli.messages()
                    .line(
                            "calls of virtual threads are counted, but not explained: their time is unknown, since this Java "
                                    + java + "'s libjvm lacks its symbols");
        }
    }

    /** Calls as the agent in the process counts them. */
    private record Attached(MethodProbes probes) implements ProbedCalls {
        @Override
        public long slots() {
            return probes.slots();
        }

        @Override
        public int capacity() {
            return probes.capacity();
        }

        @Override
        public int eetop() {
            return probes.eetop();
        }

        @Override
        public int tid() {
            return probes.tid();
        }

        @Override
        public int continuationTarget() {
            return probes.continuationTarget();
        }

        @Override
        public int targetThread() {
            return probes.targetThread();
        }

        @Override
        public int number() {
            return probes.placed().get(0).number();
        }

        @Override
        public Latencies latencies() {
            Latencies all = new Latencies();
            probes.latencies().forEach(all::add);
            return all;
        }

        @Override
        public long slotless() {
            return probes.slotless();
        }

        @Override
        public TaskRecords tasks() {
            return probes.tasks();
        }

        @Override
        public void follow() {
            probes.follow();
        }

        @Override
        public void tellSlowerThan(long nanos) {
            probes.tellSlowerThan(nanos);
        }
    }

    private RecordRequest request(int pid, Probes probes, long every, Duration time, ExplainRequest explain) {
        return new RecordRequest(
                List.of(pid),
                false,
                "explain",
                probes,
                every,
                time,
                null,
                DEPTH,
                true,
                true,
                ReportOptions.defaults(),
                cli.commandLine(),
                cli.verbose(),
                key -> null,
                explain);
    }

    private static String settings(SpecsAndTarget wanted, Duration time) {
        return "explaining " + wanted.shown() + " "
                + (time == null ? "until Ctrl-C" : "for " + Units.duration(time.toNanos()));
    }

    private void deliver(RecordResult result, OutputFile output) {
        int columns = TerminalSize.of(1).map(TerminalSize::columns).orElse(USUAL_COLUMNS);
        if (result.explanation().calls() == 0) {
            cli.messages()
                    .line(
                            result.explanation().goingOn().calls() == 0
                                    ? "no call ended meanwhile: is the method called, and is it this one?"
                                    : "no call ended meanwhile: what is told is what those have done until now that go on");
        }
        cli.out().print(ExplanationOutputs.text(result.explanation(), Math.max(NARROWEST, columns), false));
        if (output != null) {
            try {
                ExplanationOutputs.write(result.explanation(), result.info(), output.path());
            } catch (IOException e) {
                throw JavelinException.failed("cannot write " + output.shown() + ": " + OutputFile.reason(e), e);
            }
        }
    }
}
