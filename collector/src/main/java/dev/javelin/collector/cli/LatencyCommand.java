package dev.javelin.collector.cli;

import dev.javelin.bpf.TerminalSize;
import dev.javelin.collector.probe.ProbeResolver;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.session.Live;
import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.session.RecordResult;
import dev.javelin.collector.walker.ProbeRow.What;
import dev.javelin.collector.walker.Probes;
import dev.javelin.flamegraph.LatencyOutputs;
import dev.javelin.flamegraph.ReportOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code javelin latency}: how long calls take. */
@Command(
        name = "latency",
        description =
                "Measures how long calls of functions and system calls take, every one of them, or what they are called"
                        + " with and return, and shows the distribution.",
        mixinStandardHelpOptions = true,
        versionProvider = JavelinCommand.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  How long fsync takes in process 1234, for 10 s:",
            "    javelin latency -d 10s syscall:fsync 1234",
            "  All system calls, each by itself, as a page:",
            "    javelin latency --by syscall -f calls.html 'syscall:*' 1234",
            "  Reads of more than 4 kB, by their file descriptor:",
            "    javelin latency --by arg0 'syscall:read /retval > 4096/' 1234",
            "  How many bytes each read returns (what bpftrace's hist(retval) shows, and bcc's argdist -H):",
            "    javelin latency --value retval syscall:read 1234",
            "  Time in write by the code that calls it, as collapsed stacks:",
            "    javelin latency -d 10s --total -f write.collapsed syscall:write 1234",
            "  A Java method, and a method of all implementors of an interface (an agent is attached):",
            "    javelin latency java:com.acme.Orders.place 'java:+java.util.Map.get' 1234",
            "  How long its threads wait for a CPU, and how long they are off it, each thread by itself:",
            "    javelin latency -d 30s --by thread runq offcpu 1234",
            "  Safepoints of the JVM that runs com.acme.Shop:",
            "    javelin latency 'uprobe:libjvm:SafepointSynchronize::begin()' Shop",
            "",
            "Exit status: 0 done, 1 failed, 2 called wrongly. Ctrl-C shows what was measured.",
        })
final class LatencyCommand implements Callable<Integer> {
    private static final String STACKS = ".collapsed";
    /** What {@code --by} does not take, but users may expect. */
    private static final String STACK = "stack";

    private static final int NARROWEST = 60;
    private static final TerminalSize USUAL = new TerminalSize(100, 24);
    private static final int DEPTH = 512;

    private final Cli cli;

    @Parameters(
            arity = "0..*",
            paramLabel = "SPEC... PID",
            description =
                    "What to measure: java:CLASS.METHOD, or uprobe:LIB:FUNC or syscall:NAME, perhaps with a condition behind"
                            + " it; runq, the waits for a CPU, or offcpu, those off it; and in which process, by number or main class.")
    private List<String> words = new ArrayList<>();

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "TIME",
            description = "How long, for example 30s or 2m; a bare number is seconds. Until Ctrl-C if left out.")
    private String duration;

    @Option(
            names = "--by",
            paramLabel = "KEY",
            description = "Tell calls apart by arg0 to arg5, retval, thread, cpu or syscall.")
    private String by;

    @Option(
            names = "--value",
            paramLabel = "VALUE",
            description =
                    "Instead of the time of calls, the distribution and the sum of retval, or of arg0 to arg5 (USDT"
                            + " probes and tracepoints: arg11), which are numbers.")
    private String value;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description =
                    "Also write .html, .hlog (HdrHistogram's log) or .json; or .collapsed, the calls by their stacks.")
    private String file;

    @Option(
            names = "--total",
            description = "In .collapsed, nanoseconds, or the sum of --value, instead of numbers of calls.")
    private boolean total;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "20",
            description = "The most keys to show, those with the most time first (default: 20).")
    private int top;

    @Mixin
    private KernelMode mode;

    @Mixin
    private ReturnSettings returns;

    LatencyCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        mode.check("latencies are measured by probes");
        if (words.size() < 2) {
            throw JavelinException.usage(
                    "name what to measure and in which process: javelin latency syscall:fsync 1234");
        }
        if (file != null && !LatencyOutputs.supports(file) && !isStacks()) {
            throw JavelinException.usage("-f " + file + ": unknown format: the name must end in "
                    + String.join(" or ", LatencyOutputs.extensions()) + " or " + STACKS);
        }
        if (total && !isStacks()) {
            throw JavelinException.usage("--total says what is in collapsed stacks: give -f FILE" + STACKS + ", too");
        }
        if (top < 1) {
            throw JavelinException.usage("--top " + top + ": the number of keys must be at least 1");
        }
        if (STACK.equals(by)) {
            throw JavelinException.usage(
                    "--by stack: calls are summed up by their stacks in a file: -f calls" + STACKS);
        }
        CallKey key = new CallKey(by);
        What number = CallValue.of(value);
        Duration time = duration == null ? null : SampleSettings.duration(duration);
        SpecsAndTarget wanted = SpecsAndTarget.of(words, "measured", Waits.EVENTS);
        int probes = wanted.specs().size() + wanted.waits().size();
        if (probes > Probes.MOST) {
            throw JavelinException.usage(probes + " probes: at most " + Probes.MOST + " can be measured at once");
        }
        if (!wanted.waits().isEmpty()) {
            checkWaits(wanted.waits().get(0));
        }
        OutputFile output =
                file == null ? null : OutputFile.of(file, wanted.targets().forFileName());
        if (wanted.specs().stream().anyMatch(LatencyCommand::isMethod)) {
            return methods(wanted, time, output);
        }
        RecordRequest request = request(wanted, key, number, time, output);
        if (!LatencyScreen.isPossible()) {
            return new Recording(cli, request, null).run(settings(wanted, time), result -> deliver(result, output));
        }
        LatencyScreen screen = new LatencyScreen(cli.out(), LatencyCommand::terminal, top, time);
        return new Recording(cli, request, null, screen).run(settings(wanted, time), result -> {
            screen.clear();
            deliver(result, output);
        });
    }

    /** Waits have neither arguments nor stacks here. */
    private void checkWaits(String event) {
        if (isStacks()) {
            throw JavelinException.usage(
                    "-f " + file + ": the stacks of waits are recorded by themselves: javelin record -e " + event
                            + " --total -f " + file);
        }
        if (value != null) {
            throw JavelinException.usage("--value " + value + ": of " + event + " the time is measured: leave it out");
        }
        if (by != null && !Waits.KEYS.contains(by)) {
            throw JavelinException.usage("--by " + by + ": " + event + " can be told apart by thread or cpu only");
        }
    }

    private static boolean isMethod(ProbeSpec spec) {
        return spec.kind() == ProbeSpec.Kind.JAVA;
    }

    private int methods(SpecsAndTarget wanted, Duration time, OutputFile output) {
        if (!wanted.waits().isEmpty() || !wanted.specs().stream().allMatch(LatencyCommand::isMethod)) {
            throw JavelinException.usage("java: is measured by itself: give the other probes to a second command");
        }
        if (value != null) {
            throw JavelinException.usage(
                    "--value " + value + ": of calls of Java methods the time is measured: leave it out");
        }
        if (by != null || isStacks()) {
            throw JavelinException.usage((by == null ? "-f " + file : "--by " + by)
                    + ": calls of Java methods are neither told apart nor summed up by stacks here: leave it out");
        }
        if (wanted.specs().stream().anyMatch(spec -> spec.methods().thresholdNanos() >= 0)) {
            throw JavelinException.usage(
                    "every call is measured here, whatever it takes: leave out the time behind java:");
        }
        ProcessInfo process = wanted.targets().processes().get(0);
        if (!LatencyScreen.isPossible()) {
            return new MethodLatencies(cli, process, wanted.specs(), time, Live.NONE)
                    .run(settings(wanted, time), result -> deliver(result, output));
        }
        LatencyScreen screen = new LatencyScreen(cli.out(), LatencyCommand::terminal, top, time);
        return new MethodLatencies(cli, process, wanted.specs(), time, screen).run(settings(wanted, time), result -> {
            screen.clear();
            deliver(result, output);
        });
    }

    /** Whether calls are summed up by their stacks. */
    private boolean isStacks() {
        return file != null && file.toLowerCase(Locale.ROOT).endsWith(STACKS);
    }

    private RecordRequest request(SpecsAndTarget wanted, CallKey key, What number, Duration time, OutputFile output) {
        int pid = wanted.pid();
        ProbeResolver resolver = new ProbeResolver(List.of(pid), returns.mayThrow());
        List<Probes.Probe> measured = Stream.concat(
                        wanted.differentSpecs().stream()
                                .flatMap(spec -> probes(resolver, spec, key.what(), number).stream()),
                        wanted.waits().stream().map(event -> Waits.latency(event, key.what())))
                .toList();
        if (measured.size() > Probes.MOST) {
            throw JavelinException.usage(measured.size() + " probes with arguments at different places; at most "
                    + Probes.MOST + " can be told apart: narrow the pattern");
        }
        return new RecordRequest(
                List.of(pid),
                false,
                "latency",
                new Probes(measured, resolver.warnings()),
                0,
                time,
                isStacks() ? output.path() : null,
                DEPTH,
                isStacks(),
                isStacks(),
                ReportOptions.builder().with(ReportOptions.Flag.TOTAL, total).build(),
                cli.commandLine(),
                cli.verbose(),
                key.label());
    }

    private List<Probes.Probe> probes(ProbeResolver resolver, ProbeSpec spec, What key, What number) {
        return number == null
                ? List.of(resolver.latency(spec, key, isStacks()))
                : resolver.numbers(spec, key, isStacks(), number);
    }

    private String settings(SpecsAndTarget wanted, Duration time) {
        return "measuring " + (value == null ? "" : value + " of ") + wanted.shown() + " "
                + (time == null ? "until Ctrl-C" : "for " + Units.duration(time.toNanos()));
    }

    /** The terminal's size; that of a usual one where it is none, or does not know. */
    private static TerminalSize terminal() {
        TerminalSize size = TerminalSize.of(1).orElse(USUAL);
        String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("\\d{2,4}")
                ? new TerminalSize(Integer.parseInt(columns), size.rows())
                : size;
    }

    private void deliver(RecordResult result, OutputFile output) {
        int columns = Math.max(NARROWEST, terminal().columns());
        cli.out().print(LatencyOutputs.text(result.latencies(), top, columns, false));
        if (output != null && !isStacks()) {
            try {
                LatencyOutputs.write(result.latencies(), result.info(), output.path());
            } catch (IOException e) {
                throw JavelinException.failed("cannot write " + output.shown() + ": " + OutputFile.reason(e), e);
            }
        }
    }
}
