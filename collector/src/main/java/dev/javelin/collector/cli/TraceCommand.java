package dev.javelin.collector.cli;

import dev.javelin.collector.attach.MethodProbe;
import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.probe.ProbeResolver;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.collector.probe.TracedProbe;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.session.RecordSession;
import dev.javelin.collector.session.Session;
import dev.javelin.collector.walker.Probes;
import dev.javelin.flamegraph.ReportOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code javelin trace}: every hit of a probe, as it comes. */
@Command(
        name = "trace",
        description = "Shows every hit of probes in a line of its own, as it comes: when, in which thread, with which"
                + " arguments; of a call also what it returned and how long it took.",
        mixinStandardHelpOptions = true,
        versionProvider = JavelinCommand.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  Every fsync of process 1234, with the code that calls it:",
            "    javelin trace --stack syscall:fsync 1234",
            "  The first ten system calls that take more than 10 ms:",
            "    javelin trace -n 10 'syscall:* /duration > 10ms/' 1234",
            "  Calls of a Java method that take more than 50 ms (an agent is attached):",
            "    javelin trace --stack java:com.acme.Orders.place:50ms 1234",
            "  Garbage collections and safepoints of the JVM that runs com.acme.Shop:",
            "    javelin trace 'usdt:libjvm:hotspot:gc__*' \\",
            "        'uretprobe:libjvm:SafepointSynchronize::begin()' Shop",
            "",
            "Exit status: 0 done, 1 failed, 2 called wrongly. Ctrl-C ends it.",
        })
final class TraceCommand implements Callable<Integer> {
    private static final int DEPTH = 512;

    private final Cli cli;

    @Parameters(
            arity = "0..*",
            paramLabel = "SPEC... PID",
            description =
                    "What to show: java:CLASS.METHOD[:TIME], uprobe:LIB:FUNC, uretprobe:LIB:FUNC, usdt:LIB:PROVIDER:NAME,"
                            + " tracepoint:CATEGORY:NAME or syscall:NAME, perhaps with a condition behind it; and of which"
                            + " process, by number or main class.")
    private List<String> words = new ArrayList<>();

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "TIME",
            description = "How long, for example 30s or 2m; a bare number is seconds. Until Ctrl-C if left out.")
    private String duration;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "COUNT",
            description = "End after that many lines.")
    private String count;

    @Option(names = "--stack", description = "The whole stack below each line, leaf first.")
    private boolean stack;

    @Option(
            names = "--str",
            paramLabel = "ARG",
            split = ",",
            description =
                    "Show an argument, arg0 and so on, as the text that it points to, up to its 0: for example arg1 with"
                            + " syscall:openat. Texts of HotSpot's own probes are known.")
    private List<String> texts = new ArrayList<>();

    @Mixin
    private KernelMode mode;

    @Mixin
    private ReturnSettings returns;

    TraceCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        mode.check("hits of probes are shown");
        if (words.size() < 2) {
            throw JavelinException.usage("name what to show and of which process: javelin trace syscall:fsync 1234");
        }
        Duration time = duration == null ? null : SampleSettings.duration(duration);
        long most = most();
        SpecsAndTarget wanted = SpecsAndTarget.of(words, "traced");
        List<MethodProbe> methods = wanted.specs().stream()
                .map(ProbeSpec::methods)
                .filter(Objects::nonNull)
                .map(MethodProbe::told)
                .toList();
        Set<Integer> shown = texts();
        Stop stop = new Stop();
        return new Interrupts(stop::ask).run(() -> {
            try (MethodProbes attached = methods.isEmpty() ? null : MethodProbes.attach(wanted.pid(), methods)) {
                if (attached != null) {
                    attached.warnings().forEach(cli.messages()::line);
                }
                ProbeResolver resolver = new ProbeResolver(List.of(wanted.pid()), returns.mayThrow());
                List<TracedProbe> probes = probes(wanted, resolver, attached, shown);
                Recording recording = recording(wanted, attached, probes, resolver.warnings(), time, most);
                stop.passTo(recording::stop);
                return recording.summarised(settings(wanted, time, most), result -> {});
            } catch (RuntimeException | Error e) {
                return cli.fail(e);
            }
        });
    }

    /** {@code methods} has those on Java methods, in their order. */
    private static List<TracedProbe> probes(
            SpecsAndTarget wanted, ProbeResolver resolver, MethodProbes methods, Set<Integer> texts) {
        List<TracedProbe> probes = new ArrayList<>();
        int method = 0;
        for (ProbeSpec spec : wanted.specs()) {
            if (spec.methods() == null) {
                probes.addAll(resolver.traced(spec, texts));
            } else {
                probes.add(resolver.toldTrace(spec, methods.told(method++)));
            }
        }
        return probes;
    }

    private Recording recording(
            SpecsAndTarget wanted,
            MethodProbes methods,
            List<TracedProbe> probes,
            List<String> warnings,
            Duration time,
            long most) {
        if (probes.size() > Probes.MOST) {
            throw JavelinException.usage(
                    probes.size() + " probes: at most " + Probes.MOST + " can be traced at once: narrow the pattern");
        }
        TimeOfDay clock = new TimeOfDay(Instant.now(), System.nanoTime(), ZoneId.systemDefault());
        TraceLines lines = new TraceLines(cli.out(), probes, most, Messages.isTerminal(1), clock);
        List<Probes.Probe> rows = probes.stream().map(TracedProbe::probe).toList();
        RecordRequest request = request(wanted.pid(), new Probes(rows, warnings), time);
        Session session = new RecordSession(request, cli.messages().stream(), LateClasses.with(lines, methods));
        return new Recording(cli, request, null, lines, session);
    }

    private Set<Integer> texts() {
        Set<Integer> numbers = new TreeSet<>();
        for (String text : texts) {
            if (!text.matches("arg\\d|arg1[01]")) {
                throw JavelinException.usage("--str " + text + ": name an argument, for example arg0");
            }
            numbers.add(Integer.parseInt(text.substring("arg".length())));
        }
        return numbers;
    }

    private long most() {
        if (count == null) {
            return Long.MAX_VALUE;
        }
        if (!count.matches("\\d{1,18}") || Long.parseLong(count) < 1) {
            throw JavelinException.usage("-n " + count + ": the number of lines must be a number from 1");
        }
        return Long.parseLong(count);
    }

    private RecordRequest request(int pid, Probes probes, Duration time) {
        return new RecordRequest(
                List.of(pid),
                false,
                "trace",
                probes,
                0,
                time,
                null,
                DEPTH,
                stack,
                stack,
                ReportOptions.defaults(),
                cli.commandLine(),
                cli.verbose(),
                key -> null);
    }

    private static String settings(SpecsAndTarget wanted, Duration time, long most) {
        StringBuilder line = new StringBuilder("tracing ").append(wanted.shown());
        if (most != Long.MAX_VALUE) {
            line.append(", at most ").append(most).append(most == 1 ? " line" : " lines");
        }
        return line.append(time == null ? ", until Ctrl-C" : ", for " + Units.duration(time.toNanos()))
                .toString();
    }
}
