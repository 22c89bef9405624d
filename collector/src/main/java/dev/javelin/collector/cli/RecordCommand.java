package dev.javelin.collector.cli;

import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.walker.Probes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code javelin record}: samples JVMs that run and writes a report. */
@Command(
        name = "record",
        description = "Records running JVMs, CPU time or other events with their whole stacks, and writes a report.",
        mixinStandardHelpOptions = true,
        versionProvider = JavelinCommand.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  30 s of CPU time of process 1234, as a flame graph:",
            "    javelin record -d 30s -f cpu.html 1234",
            "  Until Ctrl-C, at 999 Hz, by threads, of the JVM that runs com.acme.Shop:",
            "    javelin record -F 999 -t -f cpu.jfr Shop",
            "  Every JVM on the machine, also those that start meanwhile:",
            "    javelin record -d 1m -f all-%%t.html all",
            "  Where its threads wait, with the whole stack of each wait:",
            "    javelin record -e offcpu -d 30s -f waits.html 1234",
            "  The same, on and off the CPU together, and who woke whom:",
            "    javelin record -e wall --wakers -d 30s -f wall.html 1234",
            "  Who calls fsync, and how much time goes there:",
            "    javelin record -e syscall:fsync -d 30s -f fsync.html 1234",
            "  Stacks with 'Order' in them, as collapsed stacks on stdout:",
            "    javelin record -d 10s -I Order 1234",
            "",
            "In FILE, %%p is the process, %%t the time, %%n{MAX} a number, and %%{NAME} an",
            "environment variable. Exit status: 0 done, 1 failed, 2 called wrongly.",
            "Ctrl-C writes the report.",
        })
final class RecordCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(
            arity = "0..*",
            paramLabel = "PID|NAME|all",
            description = "Processes by number or by main class (a unique beginning is enough), or all JVMs.")
    private List<String> targets = new ArrayList<>();

    @Mixin
    private SampleSettings sampling;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "The report: .html, .collapsed or .jfr. Collapsed stacks on stdout if left out.")
    private String file;

    @Mixin
    private ReportSettings report;

    @Option(names = "--user", description = "Leave out kernel frames.")
    private boolean userOnly;

    @Option(names = "--kernel", description = "Leave out Java and native frames.")
    private boolean kernelOnly;

    RecordCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        if (targets.isEmpty()) {
            throw JavelinException.usage("name what to record: a process number, a main class or 'all';"
                    + " 'javelin list' shows the JVMs that run");
        }
        if (userOnly && kernelOnly) {
            throw JavelinException.usage("--user and --kernel together leave nothing: give one of them");
        }
        if (userOnly && sampling.wakers()) {
            throw JavelinException.usage(
                    "--wakers needs kernel frames, by which interrupts are told from threads: leave out --user");
        }
        checkSettings();
        Targets found = Targets.of(targets);
        OutputFile output = OutputFile.of(file, found.forFileName());
        return new Recording(cli, request(found, output), output).run(settings(found, output), result -> {});
    }

    /** Fails for wrong options before anything is looked at. */
    private void checkSettings() {
        sampling.event();
        sampling.interval();
        sampling.duration();
        sampling.depth();
        report.options(false, false);
        OutputFile.checkFormat(file);
    }

    /** Collapsed stacks are counted unless {@code --total} is given; a graph of waits by their number would say little. */
    private static boolean isPage(OutputFile output) {
        return output.path().toString().endsWith(".html");
    }

    private static List<Integer> pids(Targets found) {
        return found.processes().stream().map(ProcessInfo::pid).toList();
    }

    private RecordRequest request(Targets found, OutputFile output) {
        Probes probes = sampling.probes(pids(found));
        return new RecordRequest(
                pids(found),
                found.all(),
                sampling.event(),
                probes,
                sampling.interval(),
                sampling.duration(),
                output.path(),
                sampling.depth(),
                !userOnly,
                !kernelOnly,
                report.options(found.all() || found.processes().size() > 1, probes.isTime() && isPage(output)),
                cli.commandLine(),
                cli.verbose(),
                key -> null);
    }

    private String settings(Targets found, OutputFile output) {
        return "recording " + sampling.event() + " " + sampling.shownInterval() + " of " + found.shown() + " "
                + (sampling.duration() == null
                        ? "until Ctrl-C"
                        : "for " + Units.duration(sampling.duration().toNanos()))
                + ", at most " + sampling.depth() + " frames"
                + (userOnly ? ", no kernel frames" : kernelOnly ? ", kernel frames only" : "")
                + ", to " + output.shown();
    }
}
