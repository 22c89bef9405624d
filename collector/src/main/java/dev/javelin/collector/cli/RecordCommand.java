package dev.javelin.collector.cli;

import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.session.Live;
import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.session.RecordSession;
import dev.javelin.collector.session.Session;
import dev.javelin.collector.user.UserSession;
import dev.javelin.flamegraph.Outputs;
import dev.javelin.flamegraph.ReportOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
            "  Where it is on the CPU, where it waits, and who calls fsync, side by side:",
            "    javelin record -e cpu,offcpu,syscall:fsync -d 30s -f all.html 1234",
            "  Without privileges, one's own process, from inside; also what it allocates:",
            "    javelin record --mode user -d 30s -f cpu.html 1234",
            "    javelin record --mode user -e cpu,alloc,lock -d 30s -f all.jfr 1234",
            "  Stacks with 'Order' in them, as collapsed stacks on stdout:",
            "    javelin record -d 10s -I Order 1234",
            "",
            "In FILE, %%p is the process, %%t the time, %%n{MAX} a number, and %%{NAME} an",
            "environment variable. Exit status: 0 done, 1 failed, 2 called wrongly.",
            "Ctrl-C writes the report.",
        })
final class RecordCommand implements Callable<Integer> {
    private static final Duration SHORTEST_LOOP = Duration.ofSeconds(1);
    /** Patterns in a file's name that become something else each time. */
    private static final Pattern KEEPS_APART = Pattern.compile("(?<!%)(?:%%)*%[tn]");

    private final Cli cli;

    @Parameters(
            arity = "0..*",
            paramLabel = "PID|NAME|all",
            description = "Processes by number or by main class (a unique beginning is enough), or all JVMs.")
    private List<String> targets = new ArrayList<>();

    @Mixin
    private SampleSettings sampling = new SampleSettings();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "The report: .html, .collapsed or .jfr. Collapsed stacks on stdout if left out.")
    private String file;

    @Option(
            names = "--loop",
            paramLabel = "TIME",
            description = "A report every TIME, for example 1h; %%t or %%n in FILE keeps them apart."
                    + " With -d, for so long in all.")
    private String loop;

    @Mixin
    private ReportSettings report = new ReportSettings();

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "kernel",
            description =
                    "kernel (the default), or user: without privileges, by async-profiler, which is loaded into the process,"
                            + " or by its JFR where that cannot be; no kernel frames, and only -e cpu, wall, alloc, lock.")
    private String mode = "kernel";

    @Option(names = "--user", description = "Leave out kernel frames.")
    private boolean userOnly;

    @Option(names = "--kernel", description = "Leave out Java and native frames.")
    private boolean kernelOnly;

    @Option(
            names = "--daemon",
            paramLabel = "SOCKET",
            description =
                    "Have 'javelin daemon' record. Without this it is asked where the privilege to record is missing,"
                            + " if it listens on JAVELIN_DAEMON or /run/javelin/daemon.sock.")
    private String daemon;

    /** For the agent in a target, which starts this process: see {@link AgentPipes}. */
    @Option(names = AgentStart.FOR_AGENT, hidden = true)
    private boolean forAgent;

    /** For the daemon, which starts this process and speaks with it as the agent does; the summary goes to stdout. */
    @Option(names = "--for-daemon", hidden = true)
    private boolean forDaemon;

    /** The command in the report's header, where another one was typed. */
    @Option(names = "--shown-as", hidden = true)
    private String shownAs;

    @Spec
    private CommandSpec spec;

    private MethodProbes methods;

    RecordCommand(Cli cli) {
        this.cli = cli;
    }

    /** Sets one of the usual flags as picocli would; false if this is none. */
    boolean set(String flag) {
        if (flag.equals(AgentStart.FOR_AGENT)) {
            forAgent = true;
            return true;
        }
        return report.set(flag);
    }

    /** Sets one of the usual options as picocli would; false if this is none. */
    boolean set(String option, String value) {
        switch (option) {
            case "--file" -> file = value;
            case "--loop" -> loop = value;
            default -> {
                return sampling.set(option, value) || report.set(option, value);
            }
        }
        return true;
    }

    /** Adds a process. */
    void target(String text) {
        targets.add(text);
    }

    @Override
    public Integer call() {
        AgentPipes agent = new AgentPipes(cli.out());
        if (forAgent) {
            cli.onFailure(agent::refused);
        }
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
        if (forAgent || forDaemon) {
            cli.messages().hideProgress();
        }
        DaemonClient client = client();
        Targets found = Targets.of(targets);
        RecordLoop rounds =
                new RecordLoop(cli, (left, time) -> round(left, time, agent, client), sampling.duration(), loopTime());
        if (forAgent || forDaemon) {
            agent.onEnd(rounds::stop);
        }
        return new Interrupts(rounds::stop).run(() -> client == null ? run(rounds, found) : rounds.run(found));
    }

    /** The daemon that is to record; null if this process is to. */
    private DaemonClient client() {
        if (inUserSpace()) {
            return null;
        }
        DaemonClient client = DaemonClient.find(cli, daemon);
        if (client == null) {
            return null;
        }
        try {
            client.check(spec, targets);
            return client;
        } catch (JavelinException e) {
            if (mode() != Mode.AUTO || !sampling.onlyByKernel().isEmpty() || kernelOnly) {
                throw e;
            }
            cli.messages().line("javelin: not recorded by the daemon: " + e.getMessage());
            return null;
        }
    }

    /** Whether nothing else will do, by the kernel or the daemon. */
    private boolean inUserSpace() {
        return mode() == Mode.USER || sampling.isOfUserSpace();
    }

    private int run(RecordLoop rounds, Targets found) {
        try (MethodProbes attached = sampling.attach(found)) {
            methods = attached;
            if (attached != null) {
                attached.warnings().forEach(cli.messages()::line);
            }
            return rounds.run(found);
        } catch (JavelinException e) {
            return cli.fail(e);
        }
    }

    private RecordLoop.Round round(Targets left, Duration time, AgentPipes agent, DaemonClient client) {
        OutputFile output = OutputFile.of(file, left.forFileName());
        if (client != null) {
            DaemonClient.Round handed = client.round(
                    left.processes().get(0),
                    time,
                    output,
                    forAgent ? null : settings(left, output, time),
                    forAgent ? agent : null);
            return mode() == Mode.AUTO && mayBeInUserSpace(left)
                    ? new DaemonFirst(handed, () -> round(left, time, OutputFile.of(file, left.forFileName()), agent))
                    : handed;
        }
        return round(left, time, output, agent);
    }

    /** One by this process. */
    private RecordLoop.Round round(Targets left, Duration time, OutputFile output, AgentPipes agent) {
        RecordRequest request;
        try {
            request = request(left, output, time);
        } catch (JavelinException e) { // a probe that cannot be found, for example
            output.close();
            throw e;
        }
        Live live = forAgent || forDaemon ? agent : Live.NONE;
        Recording recording = new Recording(cli, request, output, live, session(left, request, live));
        if (forAgent) {
            return recording.round(
                    null, result -> cli.messages().line("javelin: " + output.shown() + ": " + result.summary()));
        }
        if (forDaemon) {
            return recording.round(null, result -> agent.ended(result.summary()));
        }
        return recording.round(
                settings(left, output, time), result -> cli.messages().line(result.summary()));
    }

    private Session session(Targets left, RecordRequest request, Live live) {
        PrintStream messages = cli.messages().stream();
        if (inUserSpace()) {
            return new UserSession(request, messages, live);
        }
        RecordSession kernel = new RecordSession(request, messages, LateClasses.with(live, methods), cli.takeAhead());
        return mayBeInUserSpace(left)
                ? new KernelFirst(
                        kernel,
                        () -> new UserSession(request, messages, live),
                        cli.messages(),
                        mode() == Mode.AUTO,
                        userMode())
                : kernel;
    }

    private boolean mayBeInUserSpace(Targets left) {
        return !forDaemon
                && sampling.onlyByKernel().isEmpty()
                && !left.all()
                && !kernelOnly
                && left.processes().stream().allMatch(RecordCommand::mayAttach);
    }

    /** A JVM lets its own user and root attach. */
    private static boolean mayAttach(ProcessInfo process) {
        try {
            int self = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            return self == 0 || self == process.uid();
        } catch (IOException e) {
            return false;
        }
    }

    /** How long each recording of a loop is; null without one. */
    private Duration loopTime() {
        if (loop == null) {
            return null;
        }
        Duration time = SampleSettings.duration("--loop", loop);
        if (time.compareTo(SHORTEST_LOOP) < 0) {
            throw JavelinException.usage("--loop " + loop + ": a report takes a second at least");
        }
        if (file == null || !KEEPS_APART.matcher(file).find()) {
            throw JavelinException.usage(
                    "--loop " + loop
                            + ": each report would take the place of the one before: name them with -f, and with %t or %n in the name");
        }
        return time;
    }

    private String userMode() {
        return forAgent ? "mode=user" : "--mode user";
    }

    private Mode mode() {
        return Mode.of(mode, forAgent);
    }

    /** Fails for wrong options before anything is looked at. */
    private void checkSettings() {
        sampling.events();
        sampling.check(mode(), userMode());
        if (inUserSpace()) {
            checkUserSpace();
        }
        if (inUserSpace() && daemon != null) {
            throw JavelinException.usage(
                    "--daemon: the daemon records in kernel mode only; leave it out, or " + userSpace());
        }
        sampling.checkIntervals();
        sampling.duration();
        sampling.depth();
        sampling.key();
        sampling.value();
        loopTime();
        report.options(false);
        OutputFile.checkFormat(file);
        if (sampling.events().areSeveral() && (file == null || !Outputs.holdsSeveralEvents(file))) {
            throw JavelinException.usage("-e " + sampling.events().names()
                    + ": collapsed stacks are those of one event: several go to a file that ends in .jfr or .html, by "
                    + (forAgent ? "file=FILE" : "-f FILE"));
        }
    }

    private void checkUserSpace() {
        if (kernelOnly) {
            throw JavelinException.usage(
                    userSpace() + ": --kernel leaves nothing, since user-space mode has no kernel frames");
        }
        if (targets.contains("all")) {
            throw JavelinException.usage(
                    userSpace() + ": 'all' would load a library into every JVM: name the processes that are meant");
        }
    }

    /** What was said for user-space mode. */
    private String userSpace() {
        return mode() == Mode.USER ? "--mode user" : "-e " + sampling.events().names();
    }

    private static List<Integer> pids(Targets found) {
        return found.processes().stream().map(ProcessInfo::pid).toList();
    }

    private RecordRequest request(Targets found, OutputFile output, Duration time) {
        Plan plan = sampling.plan(pids(found), methods);
        return new RecordRequest(
                pids(found),
                found.all(),
                plan.events(),
                plan.probes(),
                time,
                output.path(),
                sampling.depth(),
                !userOnly,
                !kernelOnly,
                reportOptions(found),
                shownAs == null ? cli.commandLine() : shownAs,
                cli.verbose(),
                sampling.key().label(),
                null);
    }

    /** Numbers of events are of no use but summed up. */
    private ReportOptions reportOptions(Targets found) {
        ReportOptions options = report.options(found.all() || found.processes().size() > 1);
        return sampling.value() == null ? options : options.with(ReportOptions.Flag.TOTAL);
    }

    private String settings(Targets found, OutputFile output, Duration time) {
        return "recording " + sampling.shown() + " of " + found.shown() + " "
                + (time == null ? "until Ctrl-C" : "for " + Units.duration(time.toNanos()))
                + (mode() == Mode.USER ? " in user-space mode" : "")
                + ", at most " + sampling.depth() + " frames"
                + (userOnly ? ", no kernel frames" : kernelOnly ? ", kernel frames only" : "")
                + ", to " + output.shown();
    }
}
