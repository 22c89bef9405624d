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
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** User-space mode by JFR, where async-profiler cannot be loaded. It says so, and nothing of it goes on in the process. */
class FlightModeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final List<String> LOOPS = List.of("c2Loop", "recursion", "interpreted", "lambdas");
    private static final Pattern LAST_NUMBER = Pattern.compile("(\\d+)$");
    private static final Pattern SAMPLED = Pattern.compile("([0-9.]+) s of ([0-9.]+) s");
    /** A tenth of what there are where the machine does nothing else. */
    private static final int LEAST_SAMPLES = 20;

    @TempDir
    Path directory;

    @BeforeAll
    static void requireJar() {
        MustRun.require(JavelinCommand.isBuilt(), "collector/target/javelin.jar is not built: mvn package");
    }

    /** A target whose {@code /tmp} lets nothing be loaded. */
    private static Container noexec(int major, Class<?> main, String... arguments) throws IOException {
        return Container.startTmp("noexec", List.of(), major, main, arguments);
    }

    private static List<String> record(long pid, String... options) {
        List<String> arguments = new ArrayList<>(List.of("record", "--mode", "user"));
        arguments.addAll(List.of(options));
        arguments.add(Long.toString(pid));
        return JavelinCommand.line(arguments);
    }

    private static void assertTold(Child.Result result, String reason) {
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err().lines().filter(line -> line.startsWith("javelin: ")))
                .as(result.err())
                .singleElement()
                .asString()
                .contains(reason, "; recording by JFR instead, with Java frames only");
        assertThat(result.err())
                .contains("user-space mode (JFR, without async-profiler): no kernel, JVM or native frames");
    }

    /** In the target's {@code /tmp}. */
    private static String jcmd(long pid, String... command) {
        List<String> line = new ArrayList<>(List.of(MustRun.command("nsenter"), "--mount", "--target=" + pid));
        line.addAll(List.of(MustRun.jdk(17).tool("jcmd").toString(), Long.toString(pid)));
        line.addAll(List.of(command));
        return Child.run(PATIENCE, line).ok().out();
    }

    /** No recording, no files but the empty directory that every JFR makes, not a word of the JVM's, and it lives. */
    private static void assertUntouched(TargetProcess target, long pid, Path tmp) throws IOException {
        assertThat(jcmd(pid, "JFR.check")).contains("No available recordings");
        assertThat(left(tmp, pid)).isEmpty();
        try (Stream<Path> files = Files.walk(tmp, 2)) {
            assertThat(files.filter(file -> file.toString().endsWith(".jfr"))
                            .filter(file ->
                                    file.getParent().getFileName().toString().endsWith("_" + pid)))
                    .isEmpty();
        }
        assertThat(target.err()).isEmpty();
        assertThat(target.out()).doesNotContainIgnoringCase("jfr");
        assertThat(target.isAlive()).isTrue();
    }

    private static List<Path> left(Path tmp, long pid) throws IOException {
        try (Stream<Path> files = Files.list(tmp)) {
            return files.filter(file -> file.getFileName().toString().startsWith(".javelin-" + pid + "-"))
                    .toList();
        }
    }

    private static String method(String activity) {
        return "dev.javelin.it.targets.Activities." + activity;
    }

    private static boolean isLoop(Sample sample) {
        return LOOPS.stream().anyMatch(name -> sample.has(method(name)));
    }

    private static boolean isThread(Container container, Sample sample) {
        return Files.exists(Path.of("/proc/" + container.pid() + "/task/" + sample.tid()));
    }

    /** With a thread for each loop: of loops in turn JFR sees hardly any but the longest, by its own tool as well. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void javaCodeIsSampled(int major) throws IOException {
        try (Container container = noexec(major, Shares.class, "threads")) {
            Path jfr = directory.resolve("cpu.jfr");
            Child.Result result = Child.run(PATIENCE, record(container.pid(), "-d", "10s", "-f", jfr.toString()));
            assertTold(result, "cannot load async-profiler (is its /tmp mounted noexec?)");
            Recording recording = Recording.read(jfr);
            List<Sample> loops = recording.where(FlightModeIT::isLoop);
            assertThat(loops.size()).isGreaterThan(LEAST_SAMPLES);
            assertThat(loops).allMatch(sample -> isThread(container, sample));
            for (String name : LOOPS) {
                List<Sample> loop = recording.where(sample -> sample.has(method(name)));
                assertThat(loop)
                        .as(name)
                        .isNotEmpty()
                        .allMatch(sample -> sample.thread().equals("share-" + name));
            }
            Map<String, String> facts = Facts.of(jfr);
            assertThat(facts.get("mode"))
                    .startsWith("user space, by JFR, since async-profiler could not be used")
                    .contains("noexec", "not CPU time", "up to 5 threads");
            assertUntouched(container.target(), container.pid(), container.tmp());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void allocationIsShownByItsClass(int major) throws IOException {
        try (Container container = noexec(major, Allocator.class)) {
            Child.Result result = Child.run(PATIENCE, record(container.pid(), "-d", "2s", "-e", "alloc", "--total"));
            assertTold(result, "cannot load async-profiler");
            assertThat(result.err()).contains("TLAB");
            long all = result.out().lines().mapToLong(FlightModeIT::number).sum();
            long nodes = result.out()
                    .lines()
                    .filter(line -> line.contains("Allocator.allocate;long[] ")
                            || line.contains("Allocator.allocate;dev/javelin/it/targets/Allocator$Node "))
                    .mapToLong(FlightModeIT::number)
                    .sum();
            assertThat(nodes).as(result.out()).isGreaterThan(all / 2);
            assertUntouched(container.target(), container.pid(), container.tmp());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void waitingForLocksHasItsTime(int major) throws IOException {
        try (Container container = noexec(major, KnownWaits.class);
                Child recorder = new Child(record(container.pid(), "-e", "lock", "--total", "-i", "1us"))) {
            recorder.awaitErr("javelin: ", PATIENCE);
            container.target().send("go");
            container.target().awaitOut(0, "DONE", PATIENCE);
            recorder.signal("INT");
            Child.Result result = recorder.await(PATIENCE);
            assertTold(result, "cannot load async-profiler");
            Map<String, Long> account = container.target().account();
            for (String wait : List.of("entering", "locking")) {
                long measured = result.out()
                        .lines()
                        .filter(line -> line.contains("KnownWaits." + wait))
                        .mapToLong(FlightModeIT::number)
                        .sum();
                assertThat(measured / (double) account.get(wait))
                        .as(wait + " in\n" + result.out())
                        .isBetween(0.9, 1.01);
            }
            assertThat(result.out()).doesNotContain("KnownWaits.parking", "KnownWaits.sleeping");
            assertUntouched(container.target(), container.pid(), container.tmp());
        }
    }

    private static long number(String line) {
        Matcher number = LAST_NUMBER.matcher(line);
        return number.find() ? Long.parseLong(number.group(1)) : 0;
    }

    @Test
    void elapsedTimeIsRefusedWithBothReasons() throws IOException {
        try (Container container = noexec(17, Shares.class)) {
            Child.Result result = Child.run(PATIENCE, record(container.pid(), "-d", "1s", "-e", "wall"));
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err().lines().filter(line -> line.startsWith("javelin: ")))
                    .as(result.err())
                    .singleElement()
                    .asString()
                    .contains("noexec", "JFR, which records in its place, has cpu, alloc and lock only");
            assertUntouched(container.target(), container.pid(), container.tmp());
        }
    }

    private static void mountTmp(Container container, String size) {
        inside(container, "mount", "-t", "tmpfs", "-o", "noexec,mode=1777,size=" + size, "none", "/tmp");
    }

    private static void inside(Container container, String... command) {
        List<String> line = new ArrayList<>(List.of(MustRun.command("nsenter"), "--mount"));
        line.add("--target=" + container.pid());
        line.addAll(List.of(command));
        Child.run(PATIENCE, line).ok();
    }

    @Test
    void aRecordingEndsBeforeTheDiskIsFull() throws IOException {
        try (Container container = noexec(25, Shares.class)) {
            mountTmp(container, "300m");
            try (Child recorder = new Child(record(container.pid()))) {
                recorder.awaitErr("javelin: ", PATIENCE);
                pause();
                inside(container, "dd", "if=/dev/zero", "of=/tmp/fill", "bs=1M", "count=245");
                Child.Result result = recorder.await(PATIENCE);
                assertThat(result.exit()).as(result.err()).isZero();
                assertThat(result.err()).contains("; not recorded ", "MB left");
            }
            assertThat(jcmd(container.pid(), "JFR.check")).contains("No available recordings");
            assertThat(container.target().isAlive()).isTrue();
        }
    }

    /** JFR ends the application where the disk is full: it is not begun there. */
    @Test
    void whereThereIsLittleSpaceNothingIsBegun() throws IOException {
        try (Container container = noexec(17, Shares.class)) {
            mountTmp(container, "100m");
            Child.Result result = Child.run(PATIENCE, record(container.pid(), "-d", "1s"));
            assertThat(result.exit()).as(result.err()).isEqualTo(1);
            assertThat(result.err())
                    .contains("noexec", "; and in its place: JFR cannot be used", "MB left", "ends the application");
            assertThat(jcmd(container.pid(), "JFR.check")).contains("No available recordings");
            assertThat(container.target().isAlive()).isTrue();
        }
    }

    /** One that is recorded more finely, so that its samples are among ours. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aRecordingOfTheUsersGoesOn(int major) throws IOException {
        try (Container container = noexec(major, Shares.class, "threads")) {
            Path own = container.tmp().resolve("own.jfr");
            jcmd(container.pid(), "JFR.start", "name=own", "settings=profile");
            Path jfr = directory.resolve("beside.jfr");
            Child.Result result =
                    Child.run(PATIENCE, record(container.pid(), "-d", "3s", "-i", "50ms", "-f", jfr.toString()));
            assertTold(result, "cannot load async-profiler");
            Matcher sampled = SAMPLED.matcher(Facts.of(jfr).get("CPU time sampled"));
            assertThat(sampled.find()).isTrue();
            int samples = Recording.read(jfr).samples().size();
            assertThat(Double.parseDouble(sampled.group(1)) / samples)
                    .as(sampled.group() + ", " + samples + " samples")
                    .isCloseTo(0.01, within(0.001)); // the user's period, and not ours
            assertThat(jcmd(container.pid(), "JFR.check"))
                    .contains("name=own")
                    .contains("(running)")
                    .doesNotContain("javelin");
            jcmd(container.pid(), "JFR.dump", "name=own", "filename=/tmp/own.jfr");
            assertThat(Recording.read(own).where(FlightModeIT::isLoop).size()).isGreaterThan(LEAST_SAMPLES);
            jcmd(container.pid(), "JFR.stop", "name=own");
            Files.delete(own);
            assertUntouched(container.target(), container.pid(), container.tmp());
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, 0", "TERM, 0", "KILL, 1"})
    void nothingGoesOnAfterASignal(String signal, int stays) throws IOException {
        try (Container container = noexec(17, Shares.class)) {
            try (Child recorder = new Child(
                    record(container.pid(), "-f", directory.resolve("a.html").toString()))) {
                recorder.awaitErr("javelin: ", PATIENCE);
                assertThat(jcmd(container.pid(), "JFR.check")).contains("javelin-", "duration=1m", "(running)");
                recorder.signal(signal);
                recorder.await(PATIENCE);
            }
            assertThat(left(container.tmp(), container.pid())).hasSize(stays);
            if (stays > 0) { // the next one takes over
                assertThat(jcmd(container.pid(), "JFR.check")).contains("javelin-", "(running)");
                Child.run(PATIENCE, record(container.pid(), "-d", "1s")).ok();
            }
            assertUntouched(container.target(), container.pid(), container.tmp());
        }
    }

    @Test
    void partsAreOneRecordingAndTheLastIsKeptWhenTheProcessEnds() throws IOException {
        Path jfr = directory.resolve("parts.jfr");
        try (Container container = noexec(17, Shares.class, "threads");
                Child recorder = new Child(
                        record(container.pid(), "-f", jfr.toString()),
                        Map.of("JAVA_TOOL_OPTIONS", "-Djavelin.user.part=1000"))) {
            recorder.awaitErr("javelin: ", PATIENCE);
            long before = loops(container.target().account());
            long end = System.nanoTime() + 6_000_000_000L; // on many CPUs the work is soon done
            while (loops(container.target().account()) - before < 8_000_000_000L || System.nanoTime() < end) {
                pause();
            }
            container.target().send("stop");
            Child.Result result = recorder.await(PATIENCE);
            assertThat(result.exit()).as(result.err()).isZero();
            Map<String, String> facts = Facts.of(jfr);
            assertThat(facts.keySet()).anyMatch(name -> name.matches("not recorded, between [2-9] parts"));
            assertThat(facts).doesNotContainKey("failure 1");
            List<Instant> times = Recording.read(jfr).where(FlightModeIT::isLoop).stream()
                    .map(Sample::time)
                    .sorted()
                    .toList();
            assertThat(times.size()).isGreaterThan(LEAST_SAMPLES);
            double seconds = Double.parseDouble(facts.get("duration").replace(" s", ""));
            // parts of 1, 1, 2, 4 s and so on: none is more than half of them
            assertThat(Duration.between(times.get(0), times.get(times.size() - 1))
                            .toMillis())
                    .as(facts + " " + times)
                    .isGreaterThan((long) (seconds * 600));
            assertThat(left(container.tmp(), container.pid())).isEmpty();
        }
    }

    private static long loops(Map<String, Long> account) {
        return LOOPS.stream().mapToLong(account::get).sum();
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** It takes the signals of another one. */
    @Test
    void anotherAsyncProfilerIsLeftAlone() throws IOException {
        Path library = directory.resolve("libasyncProfiler.so");
        try (JarFile jar = new JarFile(Repository.jar().toFile());
                InputStream in = jar.getInputStream(jar.getEntry("linux-x64/libasyncProfiler.so"))) {
            Files.copy(in, library);
        }
        Path others = directory.resolve("others.jfr");
        List<String> flags = List.of("-agentpath:" + library + "=start,event=ctimer,jfr,file=" + others);
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(25), flags, Shares.class, "threads")) {
            Child.Result result = Child.run(PATIENCE, record(target.pid(), "-d", "2s"));
            assertTold(result, "another async-profiler is loaded into process " + target.pid());
            assertThat(result.out()).contains("Activities.c2Loop");
            assertThat(jcmd(target.pid(), "JFR.check")).contains("No available recordings");
            assertThat(left(Path.of("/tmp"), target.pid())).isEmpty();
            target.send("stop");
            target.await(PATIENCE);
        }
        assertThat(Recording.read(others).where(FlightModeIT::isLoop).size()).isGreaterThan(LEAST_SAMPLES);
    }

    /** From the host, with the rights of their users. */
    @ParameterizedTest
    @CsvSource({"PROCESSES, 25", "ROOT_OF_OTHER_USER, 17", "USERS, 17"})
    void jvmsInContainersAreRecorded(Container.Kind kind, int major) throws IOException {
        List<String> flags = List.of("-XX:-EnableDynamicAgentLoading");
        try (Container container = Container.start(kind, flags, major, Shares.class)) {
            for (int recording = 0; recording < 2; recording++) {
                Child.Result result = Child.run(PATIENCE, record(container.pid(), "-d", "2s"));
                assertTold(result, "-XX:-EnableDynamicAgentLoading");
                assertThat(result.out()).contains("dev/javelin/it/targets/Shares.main");
            }
            assertThat(left(container.tmp(), container.pidInside())).isEmpty();
        }
    }

    @Test
    void whereNoAgentsAreLetInThereIsJfr() throws IOException {
        List<String> flags = List.of("-XX:-EnableDynamicAgentLoading");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), flags, Shares.class, "threads")) {
            Child.Result result = Child.run(PATIENCE, record(target.pid(), "-d", "2s"));
            assertTold(result, "-XX:-EnableDynamicAgentLoading");
            assertThat(result.out()).contains("Activities.c2Loop");
            assertUntouched(target, target.pid(), Path.of("/tmp"));
        }
    }

    /** Javelin itself has no other place either, and then none of its native libraries. */
    @Test
    void theAgentTakesItToo() throws IOException {
        Path made = Files.createTempDirectory(Path.of("/var/tmp"), "javelin-it");
        try {
            Path report = made.resolve("agent.collapsed");
            Path jar = Files.copy(Repository.jar(), made.resolve("javelin.jar"));
            Child.run(
                            "cp",
                            "-r",
                            Repository.classes().toString(),
                            made.resolve("classes").toString())
                    .ok();
            Child.Result result = Child.run(
                    PATIENCE,
                    List.of(
                            MustRun.command("unshare"),
                            "--mount",
                            "sh",
                            "-c",
                            "cd / && mount -t tmpfs -o noexec,mode=1777 none /tmp && exec \"$@\"",
                            "sh",
                            MustRun.jdk(17).java().toString(),
                            "-javaagent:" + jar + "=start,mode=auto,file=" + report,
                            "-cp",
                            made.resolve("classes").toString(),
                            FirstLine.class.getName(),
                            "exit",
                            "2000"));
            assertThat(result.exit()).as(result.err()).isEqualTo(3);
            assertThat(result.err()).contains("recording by JFR instead", "user-space mode (JFR");
            assertThat(Files.readString(report, StandardCharsets.UTF_8)).contains("FirstLine.firstLine");
        } finally {
            Child.run("rm", "-r", made.toString());
        }
    }
}
