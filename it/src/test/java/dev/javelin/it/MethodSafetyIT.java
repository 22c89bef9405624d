package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.ClassLoading;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Methods that are called by whatever the JVM itself does, and by the agent, are probed while classes are loaded and threads are started all the
 * time: nothing hangs, nothing calls itself, and the application's account goes on.
 */
class MethodSafetyIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** For work that is slowed down by all that is told of it. */
    private static final Duration LONG = Duration.ofMinutes(3);

    private static final String GET = "java:java.util.HashMap.get";
    private static final String STRING = "java:java.lang.String.*";
    private static final String LOAD = "java:java.lang.ClassLoader.loadClass";
    private static final String THREAD = "java:java.lang.Thread.*";
    private static final Pattern COUNT =
            Pattern.compile("\"probe\":\\s*\"([^\"]*)\".*?\"count\":\\s*(\\d+)", Pattern.DOTALL);
    private static final Pattern CALLS = Pattern.compile("\\A\\S+\\s+([\\d,]+) calls, ");

    /** What must have happened in the target while something was measured. */
    private static final int LOADED = 300;

    private static final int STARTED = 100;

    @TempDir
    Path directory;

    @BeforeAll
    static void recording() {
        MustRun.recording();
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void whatEverythingCallsIsCounted(int major) throws Exception {
        Path json = directory.resolve("calls.json");
        Busy busy = new Busy(major);
        try (TargetProcess target = busy.target) {
            Map<String, Long> done;
            String said;
            try (Child recorder =
                    Watch.start(target, List.of("latency", "-f", json.toString(), GET, STRING, LOAD, THREAD))) {
                recorder.awaitErr("measuring", PATIENCE);
                done = busy.work();
                recorder.signal("INT");
                said = recorder.await(PATIENCE).ok().err();
            }
            Map<String, Long> counts = new TreeMap<>();
            Matcher count = COUNT.matcher(Files.readString(json));
            while (count.find()) {
                counts.put(count.group(1), Long.parseLong(count.group(2)));
            }
            System.out.println(major + ": " + done + " " + counts);
            assertThat(counts.get(GET)).isGreaterThanOrEqualTo(done.get("started") * ClassLoading.LOOKS);
            assertThat(counts.get(LOAD)).isGreaterThanOrEqualTo(done.get("loaded")); // of each its superclass
            assertThat(counts.get(THREAD)).isGreaterThanOrEqualTo(done.get("started"));
            assertThat(counts.get(STRING)).isGreaterThanOrEqualTo(done.get("loaded") + done.get("started"));
            assertThat(said)
                    .containsPattern("(?m)^.*java:java\\.lang\\.Thread\\.\\*: \\d+ native.* left alone$")
                    .containsPattern("(?m)^.*java:java\\.lang\\.String\\.\\*: \\d+ native.* left alone$")
                    .containsPattern(
                            "(?m)^.*java:java\\.lang\\.Thread\\.\\*: of \\d+ method.* compiled code has its own");
            busy.assertUnharmed();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "17, explain, java.util.HashMap.get",
        "25, explain, java.util.HashMap.get",
        "17, explain, java.lang.String.*",
        "25, explain, java.lang.String.*",
        "17, explain --follow, java.lang.ClassLoader.loadClass",
        "25, explain --follow, java.lang.ClassLoader.loadClass",
        "17, explain --follow, java.lang.Thread.*",
        "25, explain --follow, java.lang.Thread.*",
        "17, explain --follow, java.lang.Thread.start",
        "25, explain --follow, java.lang.Thread.start"
    })
    void whatEverythingCallsIsExplained(int major, String command, String method) throws Exception {
        Busy busy = new Busy(major);
        try (TargetProcess target = busy.target) {
            List<String> words = new ArrayList<>(List.of(command.split(" ")));
            words.add(method);
            Child.Result result;
            try (Child recorder = Watch.start(target, words)) {
                Links.await(recorder, Watch.explainLinks(major));
                busy.work();
                recorder.signal("INT");
                result = recorder.await(PATIENCE).ok();
            }
            Matcher calls = CALLS.matcher(result.out());
            assertThat(calls.find()).as(result.out() + result.err()).isTrue();
            System.out.println(result.out() + result.err());
            assertThat(Long.parseLong(calls.group(1).replace(",", ""))).isGreaterThanOrEqualTo(STARTED);
            if (method.endsWith("start")) { // what is called is no task of another call
                assertThat(result.out()).containsPattern("handed over to other threads  [1-9]\\d\\d+ tasks");
            }
            busy.assertUnharmed();
        }
    }

    /** A target that loads classes and starts threads all the time. */
    private static final class Busy {
        private final Debugger debugger = new Debugger();
        private final TargetProcess target;
        private final List<List<String>> code;

        Busy(int major) throws Exception {
            List<String> options = new ArrayList<>(Debugger.OPTIONS);
            if (major >= 21) {
                options.add("-XX:+EnableDynamicAgentLoading"); // else the JVM warns
            }
            target = TargetProcess.start(MustRun.jdk(major), options, ClassLoading.class, "threads");
            code = code();
        }

        private List<List<String>> code() throws Exception {
            return List.of(
                    debugger.code(target, "java.util.HashMap", "get"),
                    debugger.code(target, "java.lang.String", "hashCode"),
                    debugger.code(target, "java.lang.ClassLoader", "loadClass"),
                    debugger.code(target, "java.lang.Thread", "run"));
        }

        /** Waits until it has done what it does often enough, and returns what that was. */
        Map<String, Long> work() throws Exception {
            Map<String, Long> before = target.account();
            Watch.until(LONG, () -> {
                Map<String, Long> done = TargetProcess.since(before, target.account());
                return done.get("loaded") >= LOADED && done.get("started") >= STARTED;
            });
            return TargetProcess.since(before, target.account());
        }

        /** It has its own code again, and goes on as before. */
        void assertUnharmed() throws Exception {
            Watch.until(() -> MethodProbesIT.left(target).isEmpty());
            assertThat(code()).isEqualTo(code);
            work();
            assertThat(target.account()).containsEntry("failed", 0L);
            assertThat(target.err()
                            .lines()
                            .filter(line -> !line.startsWith("ERROR: transport error"))) // the debugger has gone
                    .isEmpty();
        }
    }
}
