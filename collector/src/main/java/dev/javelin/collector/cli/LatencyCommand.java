package dev.javelin.collector.cli;

import dev.javelin.collector.probe.ProbeResolver;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.collector.probe.SyscallNames;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.session.RecordResult;
import dev.javelin.collector.walker.ProbeRow.What;
import dev.javelin.collector.walker.Probes;
import dev.javelin.flamegraph.LatencyOutputs;
import dev.javelin.flamegraph.ReportOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code javelin latency}: how long calls take. */
@Command(
        name = "latency",
        description = "Measures how long calls of functions and system calls take, every one of them, and shows their"
                + " distribution.",
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
            "  Safepoints of the JVM that runs com.acme.Shop:",
            "    javelin latency 'uprobe:libjvm:SafepointSynchronize::begin()' Shop",
            "",
            "Exit status: 0 done, 1 failed, 2 called wrongly. Ctrl-C shows what was measured.",
        })
final class LatencyCommand implements Callable<Integer> {
    private static final int NARROWEST = 60;

    private final Cli cli;

    @Parameters(
            arity = "0..*",
            paramLabel = "SPEC... PID",
            description =
                    "What to measure: uprobe:LIB:FUNC or syscall:NAME, perhaps with a condition behind it; and in which process,"
                            + " by number or main class.")
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
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Also write .html, .hlog (HdrHistogram's log) or .json.")
    private String file;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "20",
            description = "The most keys to show, those with the most time first (default: 20).")
    private int top;

    LatencyCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        if (words.size() < 2) {
            throw JavelinException.usage(
                    "name what to measure and in which process: javelin latency syscall:fsync 1234");
        }
        if (file != null && !LatencyOutputs.supports(file)) {
            throw JavelinException.usage("-f " + file + ": unknown format: the name must end in "
                    + String.join(" or ", LatencyOutputs.extensions()));
        }
        if (top < 1) {
            throw JavelinException.usage("--top " + top + ": the number of keys must be at least 1");
        }
        if (words.size() - 1 > Probes.MOST) {
            throw JavelinException.usage(
                    (words.size() - 1) + " probes: at most " + Probes.MOST + " can be measured at once");
        }
        List<ProbeSpec> specs = words.subList(0, words.size() - 1).stream()
                .map(ProbeSpec::parse)
                .toList();
        What key = key();
        if (duration != null) {
            SampleSettings.duration(duration);
        }
        Targets found = Targets.of(words.subList(words.size() - 1, words.size()));
        if (found.all()) {
            throw JavelinException.usage("latency is measured in one process: name it");
        }
        OutputFile output = file == null ? null : OutputFile.of(file, found.forFileName());
        return new Recording(cli, request(found, specs, key), null)
                .run(settings(found, specs), result -> deliver(result, output));
    }

    private What key() {
        if (by == null) {
            return What.ONE;
        }
        return switch (by) {
            case "retval" -> What.RETURN;
            case "thread", "tid" -> What.THREAD;
            case "cpu" -> What.CPU;
            case "syscall" -> What.SYSCALL;
            default -> {
                if (!by.matches("arg[0-5]")) {
                    throw JavelinException.usage(
                            "--by " + by + ": unknown key; known are arg0 to arg5, retval, thread, cpu, syscall");
                }
                yield What.argument(by.charAt(3) - '0');
            }
        };
    }

    private LongFunction<String> label(int pid) {
        if (by == null) {
            return key -> null;
        }
        return switch (by) {
            case "syscall" -> SyscallNames::name;
            case "thread", "tid" -> key -> thread(pid, (int) key);
            case "cpu" -> key -> "CPU " + key;
            default -> key -> by + "=" + key;
        };
    }

    private static String thread(int pid, int tid) {
        try {
            return ProcessInfo.threadComm(pid, tid) + " tid=" + tid;
        } catch (IOException e) {
            return "tid=" + tid; // it has ended
        }
    }

    private RecordRequest request(Targets found, List<ProbeSpec> specs, What key) {
        int pid = found.processes().get(0).pid();
        ProbeResolver resolver = new ProbeResolver(List.of(pid));
        Probes probes = new Probes(
                specs.stream().map(spec -> resolver.latency(spec, key, false)).toList());
        return new RecordRequest(
                List.of(pid),
                false,
                "latency",
                probes,
                0,
                duration == null ? null : SampleSettings.duration(duration),
                null,
                1,
                false,
                false,
                ReportOptions.defaults(),
                cli.commandLine(),
                cli.verbose(),
                label(pid));
    }

    private String settings(Targets found, List<ProbeSpec> specs) {
        return "measuring "
                + String.join(", ", specs.stream().map(ProbeSpec::text).toList()) + " of " + found.shown() + " "
                + (duration == null
                        ? "until Ctrl-C"
                        : "for "
                                + Units.duration(
                                        SampleSettings.duration(duration).toNanos()));
    }

    private void deliver(RecordResult result, OutputFile output) {
        int columns =
                System.getenv("COLUMNS") != null && System.getenv("COLUMNS").matches("\\d{2,4}")
                        ? Integer.parseInt(System.getenv("COLUMNS"))
                        : 100;
        cli.out().print(LatencyOutputs.text(result.latencies(), top, Math.max(NARROWEST, columns), false));
        if (output != null) {
            try {
                LatencyOutputs.write(result.latencies(), result.info(), output.path());
            } catch (IOException e) {
                throw JavelinException.failed("cannot write " + output.shown() + ": " + OutputFile.reason(e), e);
            }
        }
    }
}
