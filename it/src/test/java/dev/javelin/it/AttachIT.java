package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownMethods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code javelin attach} has an application that runs record itself until it ends, and does nothing to it beside that. */
class AttachIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @BeforeAll
    static void recording() {
        MustRun.recording();
    }

    private static TargetProcess start(int major) {
        List<String> quiet = major < 21 ? List.of() : List.of("-XX:+EnableDynamicAgentLoading"); // else the JVM warns
        return TargetProcess.start(MustRun.jdk(major), quiet, KnownMethods.class);
    }

    private static Child.Result attach(TargetProcess target, String... arguments) {
        List<String> command = new ArrayList<>(List.of("attach", Long.toString(target.pid())));
        command.addAll(List.of(arguments));
        return JavelinCommand.run(command.toArray(String[]::new));
    }

    private static void work(TargetProcess target) {
        int from = target.outLines().size();
        target.send("go");
        target.awaitOut(from, "DONE", PATIENCE);
    }

    @ParameterizedTest
    @CsvSource({"17, stop, 0", "25, stop, 0", "17, KILL, 137", "25, TERM, 143"})
    void recordsFromThenToTheEnd(int major, String ending, int status) throws Exception {
        Path report = directory.resolve("report.collapsed");
        try (TargetProcess target = start(major)) {
            Child.Result attached = attach(target, "start,frequency=999,file=" + report);
            assertThat(attached.exit()).as(attached.err()).isZero();
            assertThat(attached.out()).isEmpty();
            assertThat(attached.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("recording " + target.pid())
                    .contains("KnownMethods");
            assertThat(MethodProbesIT.left(target)).isEmpty();
            work(target);
            assertThat(report).doesNotExist();
            if (ending.equals("stop")) {
                target.send(ending);
            } else {
                target.signal(ending);
            }
            Child.Result result = target.await(PATIENCE);
            assertThat(result.exit()).isEqualTo(status);
            assertThat(result.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("javelin: " + report)
                    .contains("samples in");
        }
        try (Stream<String> lines = Files.lines(report)) {
            assertThat(lines.filter(line ->
                                    line.contains("KnownMethods.calls;dev/javelin/it/targets/KnownMethods.timed"))
                            .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                            .sum())
                    .isGreaterThan(100); // of half a second at 999 Hz
        }
    }

    @Test
    void aSecondAgentIsRefusedUntilTheFirstHasEnded() throws Exception {
        try (TargetProcess target = start(17)) {
            Path first = directory.resolve("first.html");
            assertThat(attach(target, "start,file=" + first).exit()).isZero();
            assertFailed(1, attach(target, "start,file=" + directory.resolve("second.html")), "loaded already");
            Child.run("kill", "-TERM", AgentIT.collectorOf(target.pid())).ok();
            target.awaitErr("javelin: " + first, PATIENCE);
            Path third = directory.resolve("third.html");
            Watch.until(() -> attach(target, "start,file=" + third).exit() == 0);
            target.send("stop");
            assertThat(target.await(PATIENCE).exit()).isZero();
            assertThat(target.err().lines()).hasSize(2).allMatch(line -> line.contains("samples in"));
            assertThat(first).isNotEmptyFile();
            assertThat(third).isNotEmptyFile();
            assertThat(directory.resolve("second.html")).doesNotExist();
        }
    }

    @Test
    void anAgentThatWasThereFromTheStartIsTheFirst() throws Exception {
        Path first = directory.resolve("first.html");
        String agent = "-javaagent:" + Repository.jar() + "=start,file=" + first;
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(agent), KnownMethods.class)) {
            assertFailed(1, attach(target), "loaded already");
            target.send("stop");
            assertThat(target.await(PATIENCE).exit()).isZero();
            assertThat(target.err().lines()).singleElement().asString().contains(first.toString(), "samples in");
        }
    }

    /** The application is not told: who attaches is. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void wrongArgumentsAreTheCallers(int major) {
        try (TargetProcess target = start(major)) {
            assertFailed(2, attach(target, "start,nonsense=\u001b[1m"), "nonsense=");
            assertFailed(2, attach(target, "start,loop=1h,interval"), "'interval' needs a value");
            assertFailed(1, attach(target, "start,log=" + directory + "/none/x.log"), directory + "/none/x.log");
            assertThat(target.ask("threads")).isNotEmpty();
            assertThat(target.err()).isEmpty();
        }
    }

    /** The collector itself finds out what is wrong, and says so where it always does, too. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void whatTheCollectorRefusesIsSaid(int major) {
        try (TargetProcess target = start(major)) {
            assertRefused(target, 2, attach(target, "start,event=nonsense"), "nonsense");
            assertRefused(target, 2, attach(target, "start,interval=-5ms"), "-5ms");
            assertRefused(target, 2, attach(target, "start,file=" + directory + "/x.\u202etxt"), "x.\\u202etxt");
            Path file = directory.resolve("none/x.html");
            assertRefused(target, 1, attach(target, "start,file=" + file), file.toString());
            assertThat(target.ask("threads")).isNotEmpty();
        }
    }

    private static void assertRefused(TargetProcess target, int status, Child.Result result, String said) {
        assertFailed(status, result, said);
        target.awaitErr(result.err().strip(), PATIENCE);
    }

    /** What a process may do is the target's matter. */
    @Test
    void whereNothingCanBeRecordedTheReasonIsNamed() {
        List<String> command = new ArrayList<>(
                List.of(MustRun.command("setpriv"), "--no-new-privs", "--bounding-set", "-bpf,-sys_admin"));
        command.add(MustRun.jdk(17).java().toString());
        command.addAll(List.of("-cp", Repository.classes().toString(), KnownMethods.class.getName()));
        try (TargetProcess target = TargetProcess.launched(command).ready()) {
            assertFailed(1, attach(target, "start,file=" + directory.resolve("x.html")), "CAP_BPF");
            assertThat(target.err().lines()).singleElement().asString().contains("CAP_BPF");
            Path log = directory.resolve("log");
            assertFailed(1, attach(target, "start,log=" + log), "CAP_BPF");
            assertThat(log).content().contains("CAP_BPF");
            assertThat(target.err().lines()).hasSize(1);
            assertThat(target.ask("threads")).isNotEmpty();
        }
    }

    @Test
    void whatIsNoJvmToBeAttachedToIsSaid() throws IOException {
        assertFailed(2, JavelinCommand.run("attach"), "javelin attach 1234");
        assertFailed(2, JavelinCommand.run("attach", "all"), "'all'");
        assertFailed(1, JavelinCommand.run("attach", "4194305"), "no process 4194305");
        try (Child other = new Child(List.of("sleep", "100"))) {
            assertFailed(1, JavelinCommand.run("attach", Long.toString(other.pid())), "is not a JVM");
        }
        try (TargetProcess target =
                TargetProcess.start(MustRun.jdk(17), List.of("-XX:+DisableAttachMechanism"), KnownMethods.class)) {
            assertFailed(1, attach(target), "DisableAttachMechanism");
            assertThat(target.out()).doesNotContain("Full thread dump");
        }
    }

    @Test
    void onlyItsUserAndRootAttach() throws IOException {
        Path open = Files.createTempDirectory(Path.of("/tmp"), "javelin-it-attach");
        try (TargetProcess target = start(17)) {
            Path jar = Files.copy(Repository.jar(), open.resolve("javelin.jar"));
            Child.run("chmod", "-R", "a+rX", open.toString()).ok();
            List<String> command = DaemonHost.asNobody(List.of(
                    MustRun.jdk(17).java().toString(), "-jar", jar.toString(), "attach", Long.toString(target.pid())));
            assertFailed(1, Child.run(PATIENCE, command), "may not be looked at");
            assertThat(target.err()).isEmpty();
        } finally {
            Child.run("rm", "-r", open.toString()).ok();
        }
    }

    /** Its JVM must find the jar. */
    @ParameterizedTest
    @CsvSource({"ROOT, sees no such file", "ROOT_OF_OTHER_USER, sees no such file", "PROCESSES, sees no such file"})
    void aContainerThatDoesNotHaveTheJarIsTold(Container.Kind kind, String said) throws Exception {
        try (Container container = Container.start(kind, 17, KnownMethods.class)) {
            assertFailed(1, JavelinCommand.run("attach", Long.toString(container.pid())), said);
            assertThat(container.target().err()).isEmpty();
        }
    }

    @Test
    void aJarThatTheApplicationsUserMayNotReadIsNamed() throws IOException {
        Path open = Files.createTempDirectory(Path.of("/tmp"), "javelin-it-attach");
        try {
            Path jar = Files.copy(Repository.jar(), open.resolve("javelin.jar"));
            Child.run("cp", "-r", Repository.classes().resolve("dev").toString(), open.toString())
                    .ok();
            Child.run("chmod", "-R", "a+rX", open.toString()).ok();
            List<String> java =
                    List.of(MustRun.jdk(17).java().toString(), "-cp", open.toString(), KnownMethods.class.getName());
            try (TargetProcess target =
                    TargetProcess.launched(DaemonHost.asNobody(java)).ready()) {
                Child.run("chmod", "600", jar.toString()).ok();
                List<String> command = List.of(
                        MustRun.jdk(17).java().toString(),
                        "-jar",
                        jar.toString(),
                        "attach",
                        Long.toString(target.pid()));
                assertFailed(1, Child.run(PATIENCE, command), "may not read " + jar);
                assertThat(target.err()).isEmpty();
            }
        } finally {
            Child.run("rm", "-r", open.toString()).ok();
        }
    }

    private static void assertFailed(int status, Child.Result result, String said) {
        assertThat(result.exit()).as(result.err()).isEqualTo(status);
        assertThat(result.err().lines())
                .as(result.err())
                .singleElement()
                .asString()
                .startsWith("javelin: ")
                .contains(said);
        assertThat(result.err())
                .doesNotContainPattern("\\w(Exception|Error)\\b")
                .doesNotContain("\u001b");
    }
}
