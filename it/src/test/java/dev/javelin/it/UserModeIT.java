package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.Sample;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.Allocator;
import dev.javelin.it.targets.FirstLine;
import dev.javelin.it.targets.KnownWaits;
import dev.javelin.it.targets.Shares;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * User-space mode: a user without any privilege records a JVM of one's own, and nothing is left behind. The user is nobody, who cannot read the
 * checkout: what runs is copied to where everybody can.
 */
class UserModeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Of the target's own account; the recordings have some hundred samples. */
    private static final double TOLERANCE = 0.12;

    private static final long ENOUGH_NANOS = 3_000_000_000L;
    /** Of the 300 that there should be: a timer's signals that come together are one. */
    private static final int LEAST_SAMPLES = 100;

    /** What Shares does in one thread: shorter ones than an interval are not seen. */
    private static final List<String> ACTIVITIES = List.of("c2Loop", "recursion", "interpreted", "lambdas", "zip");

    private static final Pattern LAST_NUMBER = Pattern.compile("(\\d+)$");

    private static Path open;

    @BeforeAll
    static void copy() throws IOException {
        MustRun.require(JavelinCommand.isBuilt(), "collector/target/javelin.jar is not built: mvn package");
        MustRun.command("setpriv");
        open = Files.createTempDirectory("javelin-public");
        copy(Repository.jar(), open.resolve("javelin.jar"));
        Path classes = Repository.classes();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file :
                    files.filter(file -> file.toString().contains("/targets/")).toList()) {
                copy(file, open.resolve("classes").resolve(classes.relativize(file)));
            }
        }
        assertThat(Child.run("chmod", "-R", "a+rwX", open.toString()).exit()).isZero();
    }

    private static void copy(Path from, Path to) throws IOException {
        if (Files.isRegularFile(from)) {
            Files.createDirectories(to.getParent());
            Files.copy(from, to);
        }
    }

    @AfterAll
    static void remove() {
        if (open != null) {
            Child.run("rm", "-r", open.toString());
        }
    }

    private static List<String> asNobody(String... command) {
        List<String> line = new ArrayList<>(List.of(
                MustRun.command("setpriv"),
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "--inh-caps=-all",
                "--bounding-set=-all"));
        line.addAll(Arrays.asList(command));
        return line;
    }

    private static List<String> javelin(String... arguments) {
        List<String> command =
                asNobody(MustRun.jdk(17).java().toString(), "-XX:TieredStopAtLevel=1", "-jar", file("javelin.jar"));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    private static String file(String name) {
        return open.resolve(name).toString();
    }

    private static Child target(Class<?> main) {
        Child target = new Child(asNobody(MustRun.jdk(17).java().toString(), "-cp", file("classes"), main.getName()));
        target.awaitOut(0, "READY", PATIENCE);
        return target;
    }

    private static Map<String, Long> account(Child target) {
        int from = target.outLines().size();
        target.send("account");
        Map<String, Long> account = new TreeMap<>();
        String line = target.awaitOut(from, "ACCOUNT ", PATIENCE);
        Matcher entry = Pattern.compile("(\\w+)=(\\d+)").matcher(line);
        while (entry.find()) {
            account.put(entry.group(1), Long.parseLong(entry.group(2)));
        }
        return account;
    }

    @Test
    void sharesOfCpuTimeAreTheTargetsOwn() throws IOException {
        try (Child target = target(Shares.class)) {
            Path jfr = open.resolve("cpu.jfr");
            assertShares(target, javelin("record", "--mode", "user", "-f", jfr.toString(), pid(target)), jfr, 90);
            assertThat(Files.readString(jfr, StandardCharsets.ISO_8859_1)).contains("user space, by async-profiler");
            assertUntouched(target);
        }
    }

    /** Root may record everybody's. Of virtual threads, what is frozen is not walked. */
    @Test
    void rootRecordsAnyJvm() throws IOException {
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(25), List.of(), Shares.class)) {
            Path jfr = open.resolve("root.jfr");
            List<String> arguments = List.of("record", "--mode", "user", "-f", jfr.toString(), pid(target));
            assertShares(target, JavelinCommand.line(arguments), jfr, 60);
            assertThat(left(target)).isEmpty();
        }
    }

    /** From the host, with the rights of their users. */
    @ParameterizedTest
    @CsvSource({"PROCESSES, 25", "ROOT_OF_OTHER_USER, 17", "USERS, 17", "TMP, 25"})
    void jvmsInContainersAreRecorded(Container.Kind kind, int major) throws IOException {
        try (Container container = Container.start(kind, major, Shares.class)) {
            for (int recording = 0; recording < 2; recording++) { // the second finds the library loaded
                Child.Result result = Child.run(
                        PATIENCE,
                        JavelinCommand.line(
                                List.of("record", "--mode", "user", "-d", "1s", Long.toString(container.pid()))));
                assertThat(result.exit()).as(result.err()).isZero();
                assertThat(result.out()).contains("dev/javelin/it/targets/Shares.main");
            }
            try (Stream<Path> files = Files.list(container.tmp())) {
                assertThat(files.filter(file -> file.getFileName().toString().startsWith(".javelin")))
                        .isEmpty();
            }
        }
    }

    /** Its lock and its library would be written there with the rights of root, or be somebody else's. */
    @Test
    void whatIsInTheWayIsNotUsed() throws IOException {
        try (Container container = Container.start(Container.Kind.ROOT_OF_OTHER_USER, 17, Shares.class)) {
            Path directory;
            List<String> command =
                    JavelinCommand.line(List.of("record", "--mode", "user", Long.toString(container.pid())));
            try (Child recorder = new Child(command)) {
                long end = System.nanoTime() + PATIENCE.toNanos();
                do {
                    pause();
                    directory = profilerDirectory(container);
                    assertThat(System.nanoTime()).as("time to start").isLessThan(end);
                } while (directory == null);
                recorder.signal("INT");
                recorder.await(PATIENCE);
            }
            assertThat(directory).doesNotExist();
            Path elsewhere = Files.createDirectory(container.tmp().resolve("elsewhere"));
            Files.createSymbolicLink(directory, elsewhere);
            Child.Result result = Child.run(PATIENCE, command);
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err().lines().filter(line -> line.startsWith("javelin: ")))
                    .as(result.err())
                    .singleElement()
                    .asString()
                    .contains("belongs to somebody else");
            assertThat(elsewhere).isEmptyDirectory();
        }
    }

    private static Path profilerDirectory(Container container) throws IOException {
        try (Stream<Path> files = Files.list(container.tmp())) {
            return files.filter(file -> file.getFileName().toString().startsWith(".javelin"))
                    .filter(file -> Files.exists(file.resolve("recording.jfr")))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Records until the target has worked enough by its own account. */
    private static void assertShares(Child target, List<String> command, Path jfr, double leastComplete)
            throws IOException {
        try (Child recorder = new Child(command)) {
            awaitRecording(target);
            Map<String, Long> before = account(target);
            Map<String, Long> used = Map.of();
            for (long worked = 0; worked < ENOUGH_NANOS; worked = sum(used)) {
                pause();
                used = TargetProcess.since(before, account(target));
            }
            recorder.signal("INT");
            assertSummary(recorder.await(PATIENCE), leastComplete);
            assertShares(used, Recording.read(jfr));
        }
    }

    private static long sum(Map<String, Long> account) {
        return ACTIVITIES.stream().mapToLong(account::get).sum();
    }

    private static void assertSummary(Child.Result result) {
        assertSummary(result, 90);
    }

    private static void assertSummary(Child.Result result, double leastComplete) {
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err()).contains("user-space mode (async-profiler ", "no kernel frames");
        Matcher complete = Pattern.compile("([0-9.]+) % complete").matcher(result.err());
        assertThat(complete.find()).as(result.err()).isTrue();
        assertThat(Double.parseDouble(complete.group(1))).as(result.err()).isGreaterThan(leastComplete);
    }

    private static void assertShares(Map<String, Long> account, Recording recording) {
        double accounted = sum(account);
        List<Sample> samples =
                recording.where(sample -> ACTIVITIES.stream().anyMatch(name -> sample.has(method(name))));
        assertThat(samples.size()).isGreaterThan(LEAST_SAMPLES);
        assertThat(recording.where(sample ->
                        sample.frames().stream().anyMatch(frame -> frame.type().equals("Kernel"))))
                .isEmpty();
        for (String name : ACTIVITIES) {
            double share = recording.where(sample -> sample.has(method(name))).size() / (double) samples.size();
            assertThat(share).as(name).isCloseTo(account.get(name) / accounted, within(TOLERANCE));
        }
    }

    private static String method(String activity) {
        return "dev.javelin.it.targets.Activities." + activity;
    }

    @Test
    void pagesAndStacksAreMadeAndASignalEndsInGoodOrder() throws IOException {
        try (Child target = target(Shares.class)) {
            Child.Result stacks = Child.run(
                    PATIENCE, javelin("record", "--mode", "user", "-d", "1s", "-e", "wall", "-t", pid(target)));
            assertSummary(stacks);
            assertThat(stacks.out()).containsPattern("(?m)^\\[main tid=\\d+\\];.*targets/Shares\\.main");
            try (Child recorder = new Child(javelin("record", "--mode", "user", "-f", file("cpu.html"), pid(target)))) {
                awaitRecording(target);
                assertThat(timers(target)).isNotEmpty();
                Child.Result second = Child.run(PATIENCE, javelin("record", "--mode", "user", pid(target)));
                assertThat(second.exit()).isEqualTo(1);
                assertThat(second.err()).contains("already");
                recorder.signal("TERM");
                assertThat(recorder.await(PATIENCE).exit()).as(recorder.err()).isZero();
            }
            assertThat(inflated(Files.readString(open.resolve("cpu.html"))))
                    .contains("\"mode\"", "user space, by async-profiler", "Shares.main");
            assertUntouched(target);
        }
    }

    /** The next recording takes over what a killed one has left, also if somebody has tidied up, and the profiler goes on without its files. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aKilledRecorderDoesNotStandInTheWay(boolean tidied) throws IOException {
        try (Child target = target(Shares.class)) {
            try (Child recorder =
                    new Child(javelin("record", "--mode", "user", "-f", file("killed.html"), pid(target)))) {
                awaitRecording(target);
                recorder.signal("KILL");
                recorder.await(PATIENCE);
            }
            assertThat(left(target)).isNotEmpty();
            if (tidied) {
                for (Path directory : left(target)) {
                    Child.run("rm", "-r", directory.toString());
                }
                assertThat(left(target)).isEmpty();
                assertThat(timers(target)).isNotEmpty();
            }
            Child.Result result = Child.run(
                    PATIENCE, javelin("record", "--mode", "user", "-d", "1s", "-f", file("next.html"), pid(target)));
            assertThat(result.exit()).as(result.err()).isZero();
            assertUntouched(target);
        }
    }

    @Test
    void allocationIsShownByItsClass() throws IOException {
        try (Child target = target(Allocator.class)) {
            String stacks = Child.run(
                            PATIENCE,
                            javelin("record", "--mode", "user", "-d", "2s", "-e", "alloc", "--total", pid(target)))
                    .ok()
                    .out();
            long all = stacks.lines().mapToLong(UserModeIT::number).sum();
            long nodes = stacks.lines()
                    .filter(line -> line.contains("Allocator.allocate;long[] ")
                            || line.contains("Allocator.allocate;dev/javelin/it/targets/Allocator$Node "))
                    .mapToLong(UserModeIT::number)
                    .sum();
            assertThat(nodes).as(stacks).isGreaterThan(all / 2);
        }
    }

    @Test
    void waitingForLocksHasItsTime() throws IOException {
        try (Child target = target(KnownWaits.class);
                Child recorder = new Child(
                        javelin("record", "--mode", "user", "-e", "lock", "--total", "-i", "1us", pid(target)))) {
            awaitRecording(target);
            target.send("go");
            target.awaitOut(0, "DONE", PATIENCE);
            recorder.signal("INT");
            String stacks = recorder.await(PATIENCE).out();
            Map<String, Long> account = account(target);
            for (String wait : List.of("entering", "locking")) {
                long measured = stacks.lines()
                        .filter(line -> line.contains("KnownWaits." + wait))
                        .mapToLong(UserModeIT::number)
                        .sum();
                assertThat(measured / (double) account.get(wait))
                        .as(wait + " in\n" + stacks)
                        .isBetween(0.9, 1.01);
            }
        }
    }

    @Test
    void kernelModeNamesThisModeWhereItWouldWork() {
        try (Child target = target(Shares.class)) {
            Child.Result result = Child.run(PATIENCE, javelin("record", "-d", "1s", pid(target)));
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err()).contains("CAP_BPF", "javelin daemon", "--mode user");
            assertThat(result.err().lines().filter(line -> line.startsWith("javelin: ")))
                    .hasSize(1);
            Child.Result waits = Child.run(PATIENCE, javelin("record", "-d", "1s", "-e", "offcpu", pid(target)));
            assertThat(waits.exit()).isEqualTo(1);
            assertThat(waits.err()).contains("CAP_BPF").doesNotContain("--mode user");
            assertUntouched(target);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "user"})
    void theAgentTakesItWhereItIsTold(String mode) throws IOException {
        Path report = open.resolve(mode + ".collapsed");
        String agent = "-javaagent:" + file("javelin.jar") + "=start,interval=4ms,mode=" + mode + ",file=" + report;
        Child.Result result = Child.run(
                PATIENCE,
                asNobody(
                        MustRun.jdk(17).java().toString(),
                        agent,
                        "-cp",
                        file("classes"),
                        FirstLine.class.getName(),
                        "exit"));
        assertThat(result.exit()).as(result.err()).isEqualTo(3);
        assertThat(result.out().strip()).isEqualTo("WORKED");
        List<String> lines = result.err().lines().toList();
        assertThat(lines).as(result.err()).hasSize(mode.equals("auto") ? 2 : 1);
        assertThat(lines.get(lines.size() - 1)).contains(report.toString(), "samples in", "user-space mode");
        if (mode.equals("auto")) {
            assertThat(lines.get(0)).contains("kernel mode is not possible here", "CAP_BPF", "user-space mode");
        }
        try (Stream<String> stacks = Files.lines(report)) {
            assertThat(stacks.filter(line -> line.contains("FirstLine.main;dev/javelin/it/targets/FirstLine.firstLine"))
                            .mapToLong(UserModeIT::number)
                            .sum())
                    .as(result.err())
                    .isGreaterThan(10); // of 75, or of 30 where the kernel has 100 ticks a second
        }
    }

    /** A daemon that does not answer does not stand in the way; the line says why it is not asked. */
    @Test
    void theAgentTakesItWhereNoDaemonAnswers() throws IOException {
        Path report = open.resolve("nodaemon.collapsed");
        List<String> command = new ArrayList<>(List.of(MustRun.command("env"), "JAVELIN_DAEMON=" + file("none.sock")));
        command.addAll(asNobody(
                MustRun.jdk(17).java().toString(),
                "-javaagent:" + file("javelin.jar") + "=start,interval=4ms,mode=auto,file=" + report,
                "-cp",
                file("classes"),
                FirstLine.class.getName(),
                "exit"));
        Child.Result result = Child.run(PATIENCE, command);
        assertThat(result.exit()).as(result.err()).isEqualTo(3);
        List<String> lines = result.err().lines().toList();
        assertThat(lines).as(result.err()).hasSize(3);
        assertThat(lines.get(0)).contains("no daemon answers");
        assertThat(lines.get(1)).contains("kernel mode is not possible here", "user-space mode");
        assertThat(lines.get(2)).contains(report.toString(), "samples in", "user-space mode");
    }

    private static String pid(Child target) {
        return Long.toString(target.pid());
    }

    private static long number(String line) {
        Matcher number = LAST_NUMBER.matcher(line);
        return number.find() ? Long.parseLong(number.group(1)) : 0;
    }

    /** The profiler makes its file when it starts. */
    private static void awaitRecording(Child target) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (left(target).stream().noneMatch(directory -> Files.exists(directory.resolve("recording.jfr")))) {
            assertThat(System.nanoTime()).as("time to start").isLessThan(end);
            pause();
        }
        Watch.answers(target.pid());
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Path> left(Child target) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/tmp"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(".javelin-" + target.pid() + "-"))
                    .toList();
        }
    }

    private static String timers(Child target) throws IOException {
        return Files.readString(Path.of("/proc/" + target.pid() + "/timers"));
    }

    /** No files, no timers, not a word on its stderr, and it lives. */
    private static void assertUntouched(Child target) {
        try {
            assertThat(left(target)).isEmpty();
            assertThat(timers(target)).isEmpty();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(target.err()).isEmpty();
        assertThat(target.isAlive()).isTrue();
    }

    /** The data of a page: see HtmlData. */
    static String inflated(String page) {
        Matcher data = Pattern.compile("[A-Za-z0-9+/]{1000,}={0,2}").matcher(page);
        StringBuilder all = new StringBuilder();
        while (data.find()) {
            byte[] packed = Base64.getDecoder().decode(data.group());
            Inflater inflater = new Inflater(true);
            inflater.setInput(packed, 4, packed.length - 4);
            byte[] out = new byte[1 << 22];
            try {
                all.append(new String(out, 0, inflater.inflate(out), StandardCharsets.UTF_8));
            } catch (DataFormatException e) {
                // something else on the page
            }
            inflater.end();
        }
        return all.toString();
    }
}
