package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.attach.MethodProbe;
import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.ClassLoading;
import dev.javelin.it.targets.KnownMethods;
import dev.javelin.it.targets.ManyThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Probes on Java methods count exactly what the target did, and leave nothing behind. */
class MethodProbesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TARGET = KnownMethods.class.getName();
    private static final String SHAPE = TARGET + "$Shape";
    private static final Pattern FIGURES = Pattern.compile("\"probe\":\\s*\"([^\"]*)\"(.*?)\"max\"", Pattern.DOTALL);
    private static final Pattern FIGURE = Pattern.compile("\"(\\w+)\":\\s*(\\d+)");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void everyCallIsCounted(int major) throws Exception {
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownMethods.class)) {
            Map<String, Map<String, Long>> figures = measured(target, allProbes(), directory);
            assertCounts(figures, major);
            Map<String, Long> account = target.account("durations");
            for (int percentile : new int[] {50, 90, 99}) {
                assertThat(figures.get("timed").get("p" + percentile))
                        .as("p" + percentile + " of " + account)
                        .isBetween(
                                account.get("inner" + percentile) * 97 / 100,
                                account.get("outer" + percentile) * 103 / 100);
            }
        }
    }

    static List<String> allProbes() {
        return List.of(
                method("counted"),
                method("counted(int)"),
                method("thrown"),
                method("down"),
                method("<init>"),
                method("<init>(int)"),
                method("timed"),
                method("virtualCall"),
                "java:+" + SHAPE + ".area",
                "java:" + TARGET + "$Late$*.area",
                "java:java.util.BitSet.flip(int)");
    }

    static String method(String name) {
        return "java:" + TARGET + "." + name;
    }

    static void assertCounts(Map<String, Map<String, Long>> figures, int major) {
        Map<String, Long> counts = new TreeMap<>();
        figures.forEach((probe, values) -> counts.put(probe, values.get("count")));
        assertThat(counts)
                .containsEntry("counted", (long) KnownMethods.CALLS)
                .containsEntry("counted(int)", (long) KnownMethods.CALLS)
                .containsEntry("thrown", (long) KnownMethods.THROWN)
                .containsEntry("down", (long) KnownMethods.DEPTH)
                .containsEntry("<init>", 2L * KnownMethods.BUILT)
                .containsEntry("<init>(int)", (long) KnownMethods.BUILT)
                .containsEntry("timed", (long) KnownMethods.TIMED)
                .containsEntry("virtualCall", major < 21 ? 0L : KnownMethods.VIRTUAL)
                .containsEntry("area", (long) KnownMethods.AREAS)
                .containsEntry("java.util.BitSet.flip(int)", (long) KnownMethods.FLIPS)
                .containsEntry("+area", 2L * KnownMethods.AREAS);
    }

    /** The figures of each probe, by what stands behind the last dot of its class. */
    static Map<String, Map<String, Long>> measured(TargetProcess target, List<String> probes, Path directory)
            throws IOException {
        Path json = directory.resolve("calls.json");
        List<String> command = new ArrayList<>(List.of("latency", "-f", json.toString()));
        command.addAll(probes);
        try (Child recorder = Watch.start(target, command)) {
            recorder.awaitErr("measuring", PATIENCE);
            target.send("go");
            target.awaitOut(0, "DONE", PATIENCE);
            if (target.isAlive()) {
                recorder.signal("INT");
            }
            recorder.await(PATIENCE).ok();
        }
        return figures(json);
    }

    private static Map<String, Map<String, Long>> figures(Path json) throws IOException {
        Map<String, Map<String, Long>> figures = new HashMap<>();
        Matcher table = FIGURES.matcher(Files.readString(json));
        while (table.find()) {
            Map<String, Long> values = new TreeMap<>();
            Matcher figure = FIGURE.matcher(table.group(2));
            while (figure.find()) {
                values.put(figure.group(1), Long.parseLong(figure.group(2)));
            }
            String name = table.group(1)
                    .replace("java:+" + SHAPE + ".", "+")
                    .replace("java:" + TARGET + "$Late$*.", "")
                    .replace("java:" + TARGET + ".", "")
                    .replace("java:", "");
            figures.put(name, values);
        }
        return figures;
    }

    @ParameterizedTest
    @CsvSource({"17,thrown", "25,thrown", "25,virtualCall"})
    void everyCallIsToldWithItsStack(int major, String method) throws Exception {
        int calls = method.equals("thrown") ? KnownMethods.THROWN : KnownMethods.VIRTUAL;
        Path collapsed = directory.resolve("calls.collapsed");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownMethods.class);
                Child tracer = Watch.start(target, List.of("trace", "--stack", method(method)));
                Child recorder =
                        Watch.start(target, List.of("record", "-e", method(method), "-f", collapsed.toString()))) {
            Watch.all(target, tracer, Watch.OWN_LINKS + 1, recorder);
            List<String> lines = tracer.outLines();
            assertThat(lines.stream().filter(line -> line.endsWith(method(method))))
                    .hasSize(calls);
            assertThat(lines.stream()
                            .filter(line -> line.startsWith("    ") && line.contains("KnownMethods." + method)))
                    .hasSize(calls);
            assertThat(String.join("\n", lines))
                    .doesNotContain("java.lang.Javelin_")
                    .doesNotContain("holdsLock");
        }
        List<String> stacks = Files.readAllLines(collapsed);
        assertThat(ProbesIT.sum(stacks)).isEqualTo(calls);
        assertThat(ProbesIT.sum(stacks.stream()
                        .filter(line -> line.matches(".*KnownMethods\\." + method + " \\d+"))
                        .toList()))
                .isEqualTo(calls);
    }

    /** The application waits at its exit until the collector has read what was counted. */
    @Test
    void nothingIsLostWhenTheApplicationExits() throws Exception {
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownMethods.class, "exit")) {
            assertCounts(measured(target, allProbes(), directory), 17);
            assertThat(target.await(PATIENCE).exit()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource({"17,INT", "25,INT", "17,KILL", "25,KILL"})
    void theCodeIsRestored(int major, String signal) throws Exception {
        Debugger debugger = new Debugger();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), Debugger.OPTIONS, KnownMethods.class)) {
            List<String> before = debugger.code(target, TARGET, "counted");
            try (Child recorder = Watch.start(target, List.of("latency", method("counted"), method("down")))) {
                recorder.awaitErr("measuring", PATIENCE);
                assertThat(debugger.code(target, TARGET, "counted")).isNotEqualTo(before);
                recorder.signal(signal);
                recorder.await(PATIENCE);
            }
            Watch.until(() -> left(target).isEmpty());
            assertThat(debugger.code(target, TARGET, "counted")).isEqualTo(before);
            Watch.until(() -> !target.ask("names").contains("javelin"));
        }
    }

    /** What the agent has left in the file system. */
    static List<Path> left(TargetProcess target) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/tmp"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(".javelin-" + target.pid() + "-"))
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void ahundredAttachesLeaveNothing(int major) throws Exception {
        MustRun.recording();
        MethodProbe probe =
                MethodProbe.watched(ProbeSpec.parse("java:+" + SHAPE + ".area").methods(), Long.MAX_VALUE);
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownMethods.class)) {
            attach(target, probe, 5); // what the JDK loads for the first time stays
            long threads = Long.parseLong(target.ask("threads"));
            attach(target, probe, 100);
            Watch.until(() -> Long.parseLong(target.ask("threads")) <= threads);
            assertThat(left(target)).isEmpty();
            // of the agent's classes one stays, and the one that it writes with
            Watch.until(() -> classes(major, target).stream()
                    .noneMatch(name ->
                            name.contains("--org.objectweb") || name.contains("javelin.agent.methods.Session")));
        }
    }

    /** Live objects, as the JVM counts them. */
    @ParameterizedTest
    @CsvSource({"17, 1", "17, 503", "25, 503"})
    void theHeapHasLittleMoreInIt(int major, int threads) throws Exception {
        MustRun.recording();
        MethodProbe probe = MethodProbe.watched(
                ProbeSpec.parse("java:" + ManyThreads.class.getName() + ".called")
                        .methods(),
                Long.MAX_VALUE);
        try (TargetProcess target =
                TargetProcess.start(MustRun.jdk(major), List.of(), ManyThreads.class, Integer.toString(threads))) {
            long before = LiveObjects.bytes(major, target.pid());
            try (MethodProbes probes = MethodProbes.attach((int) target.pid(), List.of(probe))) {
                Watch.until(() -> probes.latencies().get(0).count() > 2L * threads);
                LiveObjects.assertLittleMore(before, LiveObjects.bytes(major, target.pid()), threads);
            }
        }
    }

    /** Some of the classes are probed, and some of these while they are being loaded; it/bench/run attach does it a thousand times. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void classesAreLoadedMeanwhile(int major) throws Exception {
        MustRun.recording();
        Debugger debugger = new Debugger();
        String loaded = ClassLoading.NAMES.replace("*", "7");
        MethodProbe probe = MethodProbe.watched(
                ProbeSpec.parse("java:" + loaded + ".answer").methods(), Long.MAX_VALUE);
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), Debugger.OPTIONS, ClassLoading.class)) {
            long before = target.account().get("loaded");
            attach(target, probe, Lengths.full() ? 1_000 : 100);
            target.ask("pause");
            Map<String, Long> account = target.account();
            assertThat(account.get("loaded")).isGreaterThan(before);
            assertThat(account).containsEntry("failed", 0L);
            Watch.until(() -> left(target).isEmpty());
            assertThat(debugger.code(target, loaded, "answer"))
                    .hasSizeGreaterThan(1)
                    .containsOnly(ClassLoading.CODE);
        }
    }

    /** A collector waits for its agent for some seconds; one that needs longer takes nothing from the next. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void probesThatAreTakenOutLateLeaveTheNextAlone(int major) throws Exception {
        MustRun.recording();
        MethodProbe many =
                MethodProbe.measured(ProbeSpec.parse("java:java.util.*.*").methods());
        MethodProbe next =
                MethodProbe.measured(ProbeSpec.parse(method("counted")).methods());
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownMethods.class)) {
            MethodProbes first = MethodProbes.attach((int) target.pid(), List.of(many));
            target.signal("STOP");
            first.close();
            assertThat(left(target)).isEmpty();
            target.signal("CONT");
            try (MethodProbes second = MethodProbes.attach((int) target.pid(), List.of(next))) {
                int from = target.outLines().size();
                target.send("go");
                target.awaitOut(from, "DONE", PATIENCE);
                assertThat(second.latencies().get(0).count()).isEqualTo(KnownMethods.CALLS);
                assertThat(left(target)).hasSize(1);
            }
            Watch.until(() -> left(target).isEmpty());
        }
    }

    /** Explain would take the calls of other probes that are told for its own. */
    @Test
    void whatWouldBeMixedIsRefused() throws Exception {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownMethods.class)) {
            try (Child explain = Watch.start(target, List.of("explain", method("counted")))) {
                Links.await(explain, Watch.explainLinks(17));
                for (String command : List.of("trace", "explain")) {
                    Child.Result result = JavelinCommand.run(command, method("down"), Long.toString(target.pid()));
                    assertThat(result.exit()).as(result.err()).isEqualTo(1);
                    assertThat(result.err().lines()).as(result.err()).hasSize(1);
                    assertThat(result.err()).contains("another explain");
                }
                assertCounts(measured(target, allProbes(), directory), 17);
                explain.signal("KILL");
                explain.await(PATIENCE);
            }
            try (Child tracer = Watch.start(target, List.of("trace", method("down")))) {
                Links.await(tracer, Watch.OWN_LINKS + 1);
                Child.Result result = JavelinCommand.run("explain", method("counted"), Long.toString(target.pid()));
                assertThat(result.exit()).as(result.err()).isEqualTo(1);
                assertThat(result.err()).contains("a trace");
            }
        }
    }

    private static List<String> classes(int major, TargetProcess target) {
        String jcmd = MustRun.jdk(major).tool("jcmd").toString();
        String pid = Long.toString(target.pid());
        Child.run(jcmd, pid, "GC.run").ok();
        return Child.run(jcmd, pid, "VM.class_hierarchy").ok().out().lines().toList();
    }

    private static void attach(TargetProcess target, MethodProbe probe, int times) {
        long slots = 0;
        for (int i = 0; i < times; i++) {
            try (MethodProbes probes = MethodProbes.attach((int) target.pid(), List.of(probe))) {
                assertThat(probes.placed().get(0).methods()).isGreaterThan(0);
                assertThat(probes.slots()).isEqualTo(slots == 0 ? probes.slots() : slots);
                slots = probes.slots();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void anotherUsersApplicationIsProbed(int major) throws Exception {
        MustRun.recording();
        Path json = directory.resolve("nobody.json");
        Path classes = Files.createTempDirectory(Path.of("/tmp"), "javelin-it-classes");
        try {
            Child.run("cp", "-r", Repository.classes().resolve("dev").toString(), classes.toString())
                    .ok();
            Child.run("chmod", "-R", "a+rX", classes.toString()).ok();
            List<String> command = List.of(
                    MustRun.command("setpriv"),
                    "--reuid=65534",
                    "--regid=65534",
                    "--clear-groups",
                    MustRun.jdk(major).java().toString(),
                    "-cp",
                    classes.toString(),
                    TARGET);
            try (Child target = new Child(command)) {
                target.awaitOut(0, "READY", PATIENCE);
                try (Child recorder = JavelinCommand.start(
                        "latency", "-f", json.toString(), method("counted"), Long.toString(target.pid()))) {
                    recorder.awaitErr("measuring", PATIENCE);
                    target.send("go");
                    target.awaitOut(0, "DONE", PATIENCE);
                    recorder.signal("INT");
                    recorder.await(PATIENCE).ok();
                }
            }
            assertThat(figures(json).get("counted")).containsEntry("count", (long) KnownMethods.CALLS);
        } finally {
            Child.run("rm", "-r", classes.toString()).ok();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-XX:+DisableAttachMechanism, DisableAttachMechanism",
        "-XX:-EnableDynamicAgentLoading, EnableDynamicAgentLoading"
    })
    void aJvmThatRefusesIsToldInOneLineAndGoesOn(String flag, String said) {
        MustRun.recording();
        int major = flag.contains("Dynamic") ? 25 : 17;
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(flag), KnownMethods.class)) {
            Child.Result result = JavelinCommand.run("latency", method("counted"), Long.toString(target.pid()));
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err().lines()).hasSize(1);
            assertThat(result.err()).contains(said);
            assertThat(target.ask("threads")).isNotEmpty();
            assertThat(target.out()).doesNotContain("Full thread dump");
        }
    }

    @Test
    void aJvmThatIsStoppedIsNotSignalled() {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownMethods.class)) {
            target.signal("STOP");
            Child.Result result = JavelinCommand.run("latency", method("counted"), Long.toString(target.pid()));
            target.signal("CONT");
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err()).contains("is stopped");
            assertThat(target.ask("threads")).isNotEmpty();
            assertThat(target.out()).doesNotContain("Full thread dump");
        }
    }

    /** By the signal that HotSpot is attached to others end, or write a dump. */
    @Test
    void whatIsNotHotSpotIsNotSignalled() throws Exception {
        MustRun.recording();
        Path library = Files.copy(MustRun.jdk(17).home().resolve("lib/libjsig.so"), directory.resolve("libjvm.so"));
        try (Child other = new Child(List.of("sleep", "1000"), Map.of("LD_PRELOAD", library.toString()))) {
            Watch.until(() ->
                    Files.readString(Path.of("/proc/" + other.pid() + "/comm")).equals("sleep\n"));
            Child.Result result = JavelinCommand.run("latency", method("counted"), Long.toString(other.pid()));
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err().lines()).hasSize(1);
            assertThat(result.err()).contains("not a HotSpot");
            assertThat(other.isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"explain", "trace"})
    void nothingIsLoadedWhereNothingCanBeRecorded(String command) {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(25), List.of(), KnownMethods.class)) {
            List<String> line =
                    new ArrayList<>(List.of(MustRun.command("setpriv"), "--bounding-set=-perfmon,-bpf,-sys_admin"));
            line.addAll(JavelinCommand.line(List.of(command, method("counted"), Long.toString(target.pid()))));
            Child.Result result = Child.run(PATIENCE, line);
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err().lines()).hasSize(1);
            assertThat(result.err()).contains("CAP_BPF");
            assertThat(target.err()).doesNotContain("agent");
            assertThat(Path.of("/tmp/.java_pid" + target.pid())).doesNotExist();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "java:dev.javelin.it.targets.KnownMethods.countd, did you mean counted?",
        "java:dev.javelin.it.targets.KnownMethods.counted(long), counted(int)",
        "java:dev.javelin.it.targets.KnownMethods$Shape.area, abstract",
        "java:java.lang.Thread.currentThread, native",
        "java:java.lang.Object.<init>, does not let"
    })
    void aMethodThatIsNotThereIsAWrongCall(String probe, String said) {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownMethods.class)) {
            Child.Result result = JavelinCommand.run("latency", probe, Long.toString(target.pid()));
            assertThat(result.exit()).isEqualTo(2);
            assertThat(result.err().lines()).hasSize(1);
            assertThat(result.err()).contains(said);
        }
    }
}
