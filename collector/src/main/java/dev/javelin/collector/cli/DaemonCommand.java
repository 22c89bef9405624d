package dev.javelin.collector.cli;

import dev.javelin.bpf.KernelFeatures;
import dev.javelin.collector.daemon.Daemon;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code javelin daemon}: records for users who lack the privilege. */
@Command(
        name = "daemon",
        description = "Records for users without privilege: each may have their own processes recorded, root all.",
        mixinStandardHelpOptions = true,
        versionProvider = JavelinCommand.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Runs as root, until SIGTERM or Ctrl-C, and says on stderr who has what recorded. Users",
            "need do nothing: 'javelin record PID' and the agent find it on its usual socket where",
            "they may not record by themselves, and the report is written by them.",
            "",
            "Examples:",
            "  javelin daemon                                      on /run/javelin/daemon.sock",
            "  docker run -v /run/javelin:/run/javelin …           for a container, too",
            "",
            "Exit status: 0 ended, 1 failed, 2 called wrongly.",
        })
final class DaemonCommand implements Callable<Integer> {
    private static final int MOST = 64;

    private final Cli cli;

    @Option(
            names = "--socket",
            paramLabel = "FILE",
            description =
                    "Where it listens (default: JAVELIN_DAEMON, or else /run/javelin/daemon.sock), in a directory of root's.")
    private String socket;

    @Option(
            names = "--max",
            paramLabel = "N",
            defaultValue = "4",
            description = "The most recordings at once, up to 64 (default: 4); one user may have half of them.")
    private int most;

    DaemonCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        if (most < 1 || most > MOST) {
            throw JavelinException.usage("--max " + most + ": give a number from 1 to " + MOST);
        }
        Path path = path();
        checkPrivilege();
        Daemon daemon = new Daemon(path, most, HandedOptions::check, cli.messages()::line);
        return new Interrupts(daemon::stop).run(() -> run(daemon));
    }

    private int run(Daemon daemon) {
        try {
            daemon.run();
            return 0;
        } catch (RuntimeException | Error e) {
            return cli.fail(e);
        }
    }

    private Path path() {
        String variable = System.getenv(DaemonClient.VARIABLE);
        String text = socket != null ? socket : variable != null && !variable.isEmpty() ? variable : null;
        try {
            return text == null ? Daemon.SOCKET : Path.of(text);
        } catch (InvalidPathException e) {
            throw JavelinException.usage("--socket " + text + ": not a file name: " + e.getReason());
        }
    }

    private static void checkPrivilege() {
        if (!isRoot()) {
            throw JavelinException.failed(
                    "the daemon must be root's, as nobody else may be trusted with its socket: sudo javelin daemon");
        }
        if (!ProcessInfo.seesHostNumbers()) {
            throw JavelinException.failed(
                    "the daemon cannot run in a container with a pid namespace of its own: run it on the host, or the container with --pid=host");
        }
        String obstacle = KernelFeatures.probe().obstacle();
        if (!obstacle.isEmpty()) {
            throw JavelinException.failed(
                    "cannot record: " + obstacle + "; 'javelin doctor' checks everything that is needed");
        }
    }

    private static boolean isRoot() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
