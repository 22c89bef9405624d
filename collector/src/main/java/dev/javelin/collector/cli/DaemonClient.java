package dev.javelin.collector.cli;

import dev.javelin.bpf.KernelFeatures;
import dev.javelin.collector.daemon.Daemon;
import dev.javelin.collector.daemon.Handover;
import dev.javelin.collector.daemon.Request;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Has the daemon do what this process may not. */
final class DaemonClient {
    static final String VARIABLE = "JAVELIN_DAEMON";
    private static final int LONGEST_COMMAND = 1_000;

    private final Cli cli;
    private final Path socket;
    private List<String> options = List.of();

    private DaemonClient(Cli cli, Path socket) {
        this.cli = cli;
        this.socket = socket;
    }

    /**
     * The daemon that is to record: the one that was named; where the privilege is missing, the one that the environment names, or the host's if there
     * is one; null if this process is to record by itself.
     *
     * @param named the option's value; null without it
     */
    static DaemonClient find(Cli cli, String named) {
        if (named != null) {
            return new DaemonClient(cli, path("--daemon " + named, named));
        }
        if (KernelFeatures.isPrivileged() && ProcessInfo.seesHostNumbers()) {
            return null;
        }
        String variable = System.getenv(VARIABLE);
        if (variable != null && !variable.isEmpty()) {
            return new DaemonClient(cli, path(VARIABLE + "=" + variable, variable));
        }
        return Files.exists(Daemon.SOCKET) ? new DaemonClient(cli, Daemon.SOCKET) : null;
    }

    private static Path path(String given, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw JavelinException.usage(given + ": not a file name: " + e.getReason());
        }
    }

    /** Fails for options and targets that the daemon would refuse. */
    void check(CommandSpec record, List<String> targets) {
        options = HandedOptions.typed(record);
        HandedOptions.check(options);
        if (targets.size() > 1 || targets.contains("all")) {
            throw JavelinException.usage("the daemon records one process at a time: name one, or record as root");
        }
    }

    /**
     * One recording.
     *
     * @param duration null until it is stopped
     * @param settings what is going to be done, in one line; null to say nothing
     * @param agent who is told that it records; null for nobody
     */
    Round round(ProcessInfo process, Duration duration, OutputFile output, String settings, AgentPipes agent) {
        List<String> words = new ArrayList<>(options);
        if (duration != null) {
            words.add(HandedOptions.duration(duration));
        }
        HandedOptions.check(words);
        String command = cli.commandLine();
        Request request = new Request(
                process.pid(),
                process.startTicks(),
                output.extension(),
                command.substring(0, Math.min(command.length(), LONGEST_COMMAND)),
                words);
        return new Round(request, duration, output, settings, agent);
    }

    /** One recording by the daemon. */
    final class Round implements RecordLoop.Round, Handover.Listener {
        private final Request request;
        private final Duration duration;
        private final OutputFile output;
        private final String settings;
        private final AgentPipes agent;
        private final Handover handover = new Handover(socket, this);
        private volatile boolean begun;

        private Round(Request request, Duration duration, OutputFile output, String settings, AgentPipes agent) {
            this.request = request;
            this.duration = duration;
            this.output = output;
            this.settings = settings;
            this.agent = agent;
        }

        @Override
        public int record() {
            try (output) {
                if (settings != null) {
                    cli.messages().line(settings + ", by the daemon at " + socket);
                }
                Handover.Result result = recorded();
                if (result.status() == 0) {
                    output.deliver(cli.out());
                    tell(result.text());
                } else if (!result.text().isEmpty()) {
                    cli.messages().line("javelin: " + result.text());
                }
                return result.status();
            } catch (RuntimeException | Error e) {
                return cli.fail(e);
            }
        }

        private Handover.Result recorded() {
            try (Progress progress = new Progress(cli.messages(), duration)) {
                progress.start();
                return handover.record(request, output.path());
            }
        }

        private void tell(String summary) {
            cli.messages()
                    .line(
                            agent == null
                                    ? summary
                                    : "javelin: " + output.shown() + ": " + summary + "; by the daemon at " + socket);
        }

        @Override
        public void stop() {
            handover.stop();
        }

        /** Whether the daemon has recorded anything. */
        boolean hasBegun() {
            return begun;
        }

        @Override
        public void started() {
            begun = true;
            if (agent != null) {
                agent.started();
            }
        }

        @Override
        public void message(String line) {
            cli.messages().line(line);
        }
    }
}
