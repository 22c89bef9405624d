package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.targets.BusyThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A machine whose root runs the daemon, with an application of user nobody, and what that user needs. */
final class DaemonHost implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final int NOBODY = 65534;

    private final Path open;
    private final Path nobodys;
    private final Path socket;
    /** What others have left, as a run that was broken off. */
    private final List<String> others;

    private Child daemon;
    private Child target;

    private DaemonHost(Path open) throws IOException {
        this.open = open;
        this.nobodys = Files.createDirectory(open.resolve("nobodys"));
        this.socket = open.resolve("daemon.sock");
        this.others = temporaryDirectories();
        Files.setAttribute(nobodys, "unix:uid", NOBODY);
    }

    static DaemonHost start() throws IOException {
        MustRun.recording();
        MustRun.command("setpriv");
        Path open = Files.createTempDirectory(
                Path.of("/tmp"),
                "javelin-it-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        DaemonHost host = new DaemonHost(open);
        boolean ready = false;
        try {
            host.fill();
            ready = true;
            return host;
        } finally {
            if (!ready) {
                host.close();
            }
        }
    }

    private void fill() {
        Child.run("cp", "-r", Repository.classes().resolve("dev").toString(), open.toString())
                .ok();
        Child.run("cp", Repository.jar().toString(), open.resolve("javelin.jar").toString())
                .ok();
        Child.run("chmod", "-R", "a+rX", open.toString()).ok();
        daemon = daemon(socket);
        target = new Child(asNobody(java(BusyThreads.class.getName(), "1")));
        target.awaitOut(0, "READY", PATIENCE);
        target.send("go");
    }

    /** Root's, and open to all. */
    Path open() {
        return open;
    }

    /** Where nobody may write. */
    Path nobodys() {
        return nobodys;
    }

    Path socket() {
        return socket;
    }

    Child daemon() {
        return daemon;
    }

    /** The application's number. */
    String target() {
        return Long.toString(target.pid());
    }

    /** Starts a daemon. */
    Child daemon(Path at, String... options) {
        List<String> arguments = new ArrayList<>(List.of("daemon", "--socket", at.toString()));
        arguments.addAll(List.of(options));
        Child started = new Child(JavelinCommand.line(arguments));
        started.awaitErr("listening on " + at, PATIENCE);
        return started;
    }

    /** A Java that runs a class of this module, for anybody. */
    List<String> java(String... arguments) {
        List<String> command = new ArrayList<>(List.of(MustRun.jdk(17).java().toString(), "-cp", open.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The command under test, for anybody. */
    List<String> javelin(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                MustRun.jdk(17).java().toString(),
                "-jar",
                open.resolve("javelin.jar").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs a command that looks for a daemon there. */
    static Child.Result runWith(Path socket, List<String> command) {
        List<String> all = new ArrayList<>(List.of("env", "JAVELIN_DAEMON=" + socket));
        all.addAll(command);
        return Child.run(PATIENCE, all);
    }

    static List<String> asNobody(List<String> command) {
        return setpriv(command, "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
    }

    static List<String> setpriv(List<String> command, String... options) {
        List<String> all = new ArrayList<>(List.of(MustRun.command("setpriv")));
        all.addAll(List.of(options));
        all.addAll(command);
        return all;
    }

    /** The processes that a daemon has started and that still run. */
    static List<String> collectors(Child daemon) {
        return Child.run(MustRun.command("pgrep"), "-P", Long.toString(daemon.pid()))
                .out()
                .lines()
                .toList();
    }

    /** Has the application recorded as user nobody, until it is stopped. */
    Child record(Path at, Path report) {
        return record(at, report, target());
    }

    /** The same of another one. */
    Child record(Path at, Path report, String pid) {
        return new Child(asNobody(javelin("record", "--daemon", at.toString(), "-f", report.toString(), pid)));
    }

    /** Waits until a daemon has started a process. */
    static long awaitCollector(Child daemon) {
        for (int i = 0; i < 600 && collectors(daemon).isEmpty(); i++) {
            sleep(50);
        }
        return Long.parseLong(collectors(daemon).get(0));
    }

    /** Nothing of a recording is left, and the daemon goes on. */
    void assertClean() throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!(collectors(daemon).isEmpty() && leftOver().isEmpty()) && System.nanoTime() < end) {
            sleep(50);
        }
        assertThat(collectors(daemon)).as("collectors").isEmpty();
        assertThat(leftOver()).as("temporary directories").isEmpty();
        assertThat(daemon.isAlive()).as("the daemon").isTrue();
        assertThat(daemon.err()).doesNotContain("\tat ").doesNotContainPattern("\\w(Exception|Error)\\b");
    }

    private List<String> leftOver() throws IOException {
        return temporaryDirectories().stream()
                .filter(name -> !others.contains(name))
                .toList();
    }

    private static List<String> temporaryDirectories() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/tmp"))) {
            return files.map(Path::toString)
                    .filter(name -> name.startsWith("/tmp/javelin-daemon-"))
                    .toList();
        }
    }

    /** What a daemon that was killed could not remove. */
    void removeLeftOver() throws IOException {
        for (String directory : leftOver()) {
            Child.run("rm", "-r", directory).ok();
        }
    }

    /** It failed, and one line says why. */
    static void assertRefused(Child.Result result, String said) {
        assertThat(result.exit()).as(result.err()).isEqualTo(1);
        assertThat(result.err().lines().filter(line -> !line.startsWith("recording ")))
                .as(result.err())
                .singleElement()
                .asString()
                .startsWith("javelin: ")
                .contains(said);
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        for (Child child : new Child[] {target, daemon}) {
            if (child != null) {
                child.close();
            }
        }
        Child.run("rm", "-r", open.toString()).ok();
    }
}
