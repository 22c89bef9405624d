package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.targets.FirstLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent records from the first line of main to the end, however that comes; and the application never notices. */
class AgentIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WORKED = "WORKED";
    private static final int NOBODY = 65534;
    /** The target works for 300 ms in its first line, and is sampled at 999 Hz; what the host takes of that makes no samples. */
    static final long LEAST_SAMPLES = 150;

    @TempDir
    Path directory;

    @BeforeAll
    static void recording() {
        MustRun.recording();
    }

    @ParameterizedTest
    @CsvSource({
        "17, end, 0",
        "17, exit, 3",
        "17, throw, 1",
        "17, halt, 5",
        "25, end, 0",
        "25, exit, 3",
        "25, throw, 1",
        "25, halt, 5"
    })
    void recordsFromTheFirstLineToTheEnd(int major, String ending, int status) throws IOException {
        Child.Result result = Child.run(PATIENCE, command(jdk(major), List.of(agent("frequency=999")), ending));
        assertReport(result, status);
        assertThat(linesOfJvm(result)).hasSize(ending.equals("throw") ? 2 : 0);
    }

    @ParameterizedTest
    @CsvSource({"17, TERM, 143", "25, TERM, 143", "17, INT, 130", "17, HUP, 129", "17, KILL, 137", "25, KILL, 137"})
    void recordsUntilASignalEndsIt(int major, String signal, int status) throws IOException {
        try (Child application = new Child(command(jdk(major), List.of(agent("frequency=999")), "wait"))) {
            application.awaitOut(0, WORKED, PATIENCE);
            application.signal(signal);
            assertReport(application.await(PATIENCE), status);
        }
    }

    /** Of these, all but the first two are not what the collector has begun with before it reads them, or are read another way. */
    @ParameterizedTest
    @ValueSource(
            strings = {"interval=1ms", "frequency=999,threads", "frequency=999,depth=64", "frequency=999,user,norm"})
    void recordsWithOtherOptionsFromTheFirstLine(String options) throws IOException {
        assertReport(Child.run(PATIENCE, command(jdk(17), List.of(agent(options)), "exit")), 3);
    }

    /** Ctrl-C on a terminal reaches the collector as well. */
    @Test
    void aSignalToTheWholeGroupEndsBothInGoodOrder() throws IOException {
        List<String> command = new ArrayList<>(List.of(MustRun.command("setsid")));
        command.addAll(command(jdk(17), List.of(agent("frequency=999")), "wait"));
        try (Child application = new Child(command)) {
            application.awaitOut(0, WORKED, PATIENCE);
            Child.run("kill", "-INT", "--", "-" + application.pid()).ok();
            assertReport(application.await(PATIENCE), 130);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nonsense | 'nonsense'
            start,cstack=vm,jfrsync=profile | 'cstack=vm', 'jfrsync=profile'
            start,event=wall,event=offcpu | has offcpu already
            start,event=cpu,event=offcpu,collapsed | file=FILE
            start,alloc=2m | add mode=user
            start,event=nosuch | nosuch
            start,interval=1parsec | 1parsec
            start,loop=1h,file=same.html | %t
            start,file=DIR/none/x.html | DIR/none
            start,file=DIR/x.exe | x.exe
            start,file=DIR/%x.html | %x
            start,log=DIR/none/x.log | DIR/none/x.log
            """)
    void wrongArgumentsAreToldInOneLine(String arguments, String named) {
        String agent = "-javaagent:" + Repository.jar() + "=" + arguments.replace("DIR", directory.toString());
        Child.Result result = Child.run(PATIENCE, command(jdk(17), List.of(agent), "exit"));
        assertUnrecorded(result, named.replace("DIR", directory.toString()));
    }

    @Test
    void aSecondAgentDoesNothing() throws IOException {
        String second = "-javaagent:" + Repository.jar() + "=start,file=" + directory.resolve("second.html");
        Child.Result result = Child.run(PATIENCE, command(jdk(17), List.of(agent("frequency=999"), second), "exit"));
        List<String> lines = result.err().lines().toList();
        assertThat(lines).hasSize(2).allMatch(line -> line.startsWith("javelin: "));
        assertThat(lines.get(0)).contains("loaded already", "second.html");
        assertThat(directory.resolve("second.html")).doesNotExist();
        assertWorked(result, 3);
        assertFirstLine(result);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void withoutPrivilegeTheApplicationRunsOn(int major) {
        List<String> command = new ArrayList<>(
                List.of(MustRun.command("setpriv"), "--no-new-privs", "--bounding-set", "-bpf,-sys_admin"));
        command.addAll(command(jdk(major), List.of(agent("start")), "exit"));
        assertUnrecorded(Child.run(PATIENCE, command), "CAP_BPF");
    }

    @Test
    void aJavaThatCannotBeUsedIsNamed() {
        List<String> command = command(jdk(17), List.of(agent("start")), "exit");
        try (Child application = new Child(command, Map.of("JAVELIN_JAVA_HOME", "/nonexistent"))) {
            assertUnrecorded(application.await(PATIENCE), "JAVELIN_JAVA_HOME=/nonexistent");
        }
    }

    @Test
    void theCollectorRunsOnTheJavaThatIsNamed() throws IOException {
        List<String> command = command(jdk(17), List.of(agent("frequency=999")), "exit");
        Map<String, String> environment =
                Map.of("JAVELIN_JAVA_HOME", jdk(25).home().toString());
        try (Child application = new Child(command, environment)) {
            application.awaitOut(0, WORKED, PATIENCE);
            assertReport(application.await(PATIENCE), 3);
        }
    }

    /** Options for every JVM are not for the collector, which would load the agent, and so on. */
    @Test
    void theAgentMayBeNamedInTheEnvironment() throws IOException {
        List<String> command = command(jdk(17), List.of(), "exit");
        try (Child application = new Child(command, Map.of("JAVA_TOOL_OPTIONS", agent("frequency=999")))) {
            Child.Result result = application.await(PATIENCE);
            assertReport(result, 3);
            assertThat(linesOfJvm(result)).singleElement().asString().startsWith("Picked up JAVA_TOOL_OPTIONS");
        }
    }

    @Test
    void whatTheCollectorSaysGoesToTheLog() throws IOException {
        Path log = directory.resolve("javelin.log");
        Child.Result result = Child.run(PATIENCE, command(jdk(17), List.of(agent("frequency=999,log=" + log)), "exit"));
        assertWorked(result, 3);
        assertFirstLine(result);
        assertThat(result.err()).isEmpty();
        assertThat(Files.readAllLines(log)).singleElement().asString().contains("samples in");
    }

    @Test
    void aFullDiskCostsTheReportOnly() throws IOException {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Child.Result mounted =
                Child.run(MustRun.command("mount"), "-t", "tmpfs", "-o", "size=8k", "javelin-full", disk.toString());
        MustRun.require(mounted.exit() == 0, "cannot mount a small file system: " + mounted.err());
        try {
            String agent = "-javaagent:" + Repository.jar() + "=start,file=" + disk.resolve("full.html");
            assertUnrecorded(Child.run(PATIENCE, command(jdk(17), List.of(agent), "exit")), "No space left");
        } finally {
            Child.run("umount", disk.toString());
        }
    }

    @Test
    void aCollectorThatIsKilledIsTold() throws IOException {
        try (Child application = new Child(command(jdk(17), List.of(agent("frequency=999")), "wait"))) {
            application.awaitOut(0, WORKED, PATIENCE);
            Child.run("kill", "-KILL", collectorOf(application.pid())).ok();
            application.signal("TERM");
            Child.Result result = application.await(PATIENCE);
            assertWorked(result, 143);
            assertThat(result.err().lines()).singleElement().asString().contains("137", "no report");
        }
    }

    @Test
    void aLoopLeavesAReportEach() throws IOException {
        String agent = "-javaagent:" + Repository.jar() + "=start,loop=1s,frequency=999,file="
                + directory.resolve("round-%n.collapsed");
        try (Child application = new Child(command(jdk(17), List.of(agent), "wait"))) {
            application.awaitOut(0, WORKED, PATIENCE);
            application.awaitErr("javelin: " + directory.resolve("round-2.collapsed"), PATIENCE);
            application.signal("TERM");
            Child.Result result = application.await(PATIENCE);
            assertWorked(result, 143);
            assertThat(result.err().lines()).allMatch(line -> line.startsWith("javelin: " + directory));
            assertThat(result.err().lines().count()).isEqualTo(reports().size());
        }
        long samples = 0;
        for (Path report : reports()) { // the first line may come late
            samples += firstLineSamples(report);
        }
        assertThat(samples).isPositive();
    }

    @Test
    void timeoutEndsTheRecordingAndNotTheApplication() throws IOException {
        try (Child application = new Child(command(jdk(17), List.of(agent("frequency=999,timeout=3s")), "wait"))) {
            application.awaitErr("javelin: ", PATIENCE);
            application.awaitOut(0, WORKED, PATIENCE);
            assertThat(application.isAlive()).isTrue();
            application.signal("TERM");
            Child.Result result = application.await(PATIENCE);
            assertWorked(result, 143);
            assertThat(result.err().lines()).singleElement().asString().contains("samples in");
            assertThat(firstLineSamples(reports().get(0))).isPositive();
        }
    }

    /**
     * What is in an archive of classes is run as code: one that somebody else may have put beside the jar is not used. The collector runs on the
     * launcher's Java where its archive is used, and else on the application's.
     */
    @ParameterizedTest
    @CsvSource({
        "root's, true",
        "another's, false",
        "of the jar's owner, true",
        "writable for a group, false",
        "writable for all, false",
        "a link, false"
    })
    void anArchiveOfClassesIsUsedOnlyIfItCanBeTrusted(String kind, boolean used) throws IOException {
        Path tree = Files.createDirectories(directory.resolve("collector/target"));
        Path jar = Files.copy(Repository.jar(), tree.resolve("javelin.jar"));
        Path libjvm = jdk(17).home().resolve("lib/server/libjvm.so");
        Path archive = tree.resolve("javelin-" + Files.getAttribute(libjvm, "unix:ino") + "-"
                + Files.getLastModifiedTime(libjvm).to(TimeUnit.SECONDS) + ".jsa");
        Files.writeString(kind.equals("a link") ? directory.resolve("elsewhere") : archive, "none");
        switch (kind) {
            case "another's" -> Files.setAttribute(archive, "unix:uid", NOBODY);
            case "of the jar's owner" -> {
                Files.setAttribute(archive, "unix:uid", NOBODY);
                Files.setAttribute(jar, "unix:uid", NOBODY);
            }
            case "writable for a group" -> Files.setAttribute(archive, "unix:mode", 0664);
            case "writable for all" -> Files.setAttribute(archive, "unix:mode", 0646);
            case "a link" -> Files.createSymbolicLink(archive, directory.resolve("elsewhere"));
            default -> {}
        }
        String option = "-XX:SharedArchiveFile=" + archive;
        String agent = agent("frequency=99").replace(Repository.jar().toString(), jar.toString());
        assertThat(collectors(jdk(17), agent).contains(option)).isEqualTo(used);
        Files.writeString(tree.resolve("javelin.jdk"), jdk(17).home().toString());
        assertThat(collectors(jdk(25), agent))
                .startsWith(jdk(used ? 17 : 25).home().resolve("bin/java") + "\0")
                .matches(line -> line.contains(option) == used);
        Path launcher = Files.copy(Repository.root().resolve("javelin"), directory.resolve("javelin"));
        try (Child traced =
                new Child(List.of("bash", "-x", launcher.toString(), "--version"), Map.of("JAVELIN_NO_BUILD", "1"))) {
            Child.Result result = traced.await(PATIENCE);
            assertThat(result.out()).as(result.err()).startsWith("javelin ");
            String line = result.err()
                    .lines()
                    .filter(each -> each.contains("+ exec "))
                    .findFirst()
                    .orElseThrow();
            assertThat(line.contains(option)).as(line).isEqualTo(used);
        }
    }

    /** The command line of an application's collector. */
    private static String collectors(Jdk jdk, String agent) throws IOException {
        try (Child application = new Child(command(jdk, List.of(agent), "wait"))) {
            application.awaitOut(0, WORKED, PATIENCE);
            String line = Files.readString(Path.of("/proc/" + collectorOf(application.pid()) + "/cmdline"));
            assertThat(line).contains("record\0--for-agent");
            application.signal("TERM");
            assertWorked(application.await(PATIENCE), 143);
            return line;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void theHeapHasLittleMoreInIt(int major) {
        long without = liveObjects(major, List.of());
        LiveObjects.assertLittleMore(without, liveObjects(major, List.of(agent("frequency=999"))), 0);
    }

    private static long liveObjects(int major, List<String> options) {
        try (Child application = new Child(command(jdk(major), options, "wait"))) {
            application.awaitOut(0, WORKED, PATIENCE);
            return LiveObjects.bytes(major, application.pid());
        }
    }

    private static Jdk jdk(int major) {
        return MustRun.jdk(major);
    }

    private String agent(String arguments) {
        return "-javaagent:" + Repository.jar() + "=start," + arguments + ",file="
                + directory.resolve("report-%p.collapsed");
    }

    private static List<String> command(Jdk jdk, List<String> options, String ending) {
        List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", Repository.classes().toString(), FirstLine.class.getName(), ending));
        return command;
    }

    /** The only child of a process. */
    static String collectorOf(long pid) {
        return Child.run(MustRun.command("pgrep"), "-P", Long.toString(pid))
                .ok()
                .out()
                .strip();
    }

    /** The application is as it is without an agent; one line says where the report is; and that is whole. */
    private void assertReport(Child.Result result, int status) throws IOException {
        assertWorked(result, status);
        assertFirstLine(result);
        assertThat(result.err().lines().filter(line -> line.startsWith("javelin: ")))
                .as(result.err())
                .singleElement()
                .asString()
                .contains(reports().get(0).toString(), "samples in");
    }

    private void assertUnrecorded(Child.Result result, String named) {
        assertWorked(result, 3);
        assertThat(result.err().lines())
                .as(result.err())
                .singleElement()
                .asString()
                .startsWith("javelin: ")
                .contains(named);
        assertThat(result.err()).doesNotContainPattern("\\w(Exception|Error)\\b");
    }

    private static void assertWorked(Child.Result result, int status) {
        assertThat(result.exit()).as(result.err()).isEqualTo(status);
        assertThat(result.out().strip()).isEqualTo(WORKED);
    }

    private void assertFirstLine(Child.Result result) throws IOException {
        assertThat(reports()).as(result.err()).hasSize(1);
        assertThat(firstLineSamples(reports().get(0))).as(result.err()).isGreaterThan(LEAST_SAMPLES);
    }

    private static long firstLineSamples(Path report) throws IOException {
        try (Stream<String> lines = Files.lines(report)) {
            return lines.filter(line -> line.contains("FirstLine.main;dev/javelin/it/targets/FirstLine.firstLine"))
                    .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    private List<Path> reports() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".collapsed")).toList();
        }
    }

    private static List<String> linesOfJvm(Child.Result result) {
        return result.err()
                .lines()
                .filter(line -> !line.startsWith("javelin: "))
                .toList();
    }
}
