package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownMethods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Javelin's probes beside those who change classes as well: another agent, JFR; and what nobody may change. */
class OtherAgentsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TARGET = KnownMethods.class.getName();
    private static final String READ = "java:java.io.FileInputStream.read*";
    /** Bytecode: {@code invokestatic}, with which the other agent's call begins. */
    private static final String CALL = "b8";

    @TempDir
    Path directory;

    @BeforeAll
    static void recording() {
        MustRun.recording();
    }

    /** Calls are counted exactly by both, also while each changes the class anew; JFR's events go on. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void eachHasItsOwn(int major) throws Exception {
        List<String> options = new ArrayList<>(Debugger.OPTIONS);
        options.add("-javaagent:" + OtherAgent.jar(directory));
        options.add("-XX:StartFlightRecording:jdk.FileRead#enabled=true,jdk.FileRead#threshold=0ms");
        List<String> probes = new ArrayList<>(MethodProbesIT.allProbes());
        probes.add(READ); // which JFR has changed, in JDK 17
        Debugger debugger = new Debugger();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), options, KnownMethods.class)) {
            List<String> before = code(debugger, target);
            assertThat(before.get(0)).startsWith(CALL);
            Map<String, Map<String, Long>> figures = MethodProbesIT.measured(target, probes, directory);
            MethodProbesIT.assertCounts(figures, major);
            assertThat(figures.get("java.io.FileInputStream.read*").get("count"))
                    .as("console lines read")
                    .isPositive();
            Watch.until(() -> MethodProbesIT.left(target).isEmpty());
            assertThat(code(debugger, target)).isEqualTo(before);
            Watch.until(() -> !target.ask("names").contains("javelin"));
            assertThat(target.ask("names")).contains("other-agent");
            assertEventsSince(Instant.now(), target, major);
            target.send("stop");
            String said = target.awaitOut(0, "OTHER", PATIENCE);
            assertThat(said).isEqualTo("OTHER " + KnownMethods.CALLS + " failed 0");
            assertThat(target.await(PATIENCE).exit()).isZero();
        }
    }

    private static List<String> code(Debugger debugger, TargetProcess target) throws Exception {
        List<String> code = new ArrayList<>(debugger.code(target, TARGET, "counted"));
        code.addAll(debugger.code(target, TARGET, "thrown"));
        code.addAll(debugger.code(target, "java.io.FileInputStream", "read"));
        return code;
    }

    private void assertEventsSince(Instant time, TargetProcess target, int major) throws IOException {
        for (int i = 0; i < 3; i++) {
            target.ask("threads"); // reads a line
        }
        Path dump = directory.resolve("dump.jfr");
        String jcmd = MustRun.jdk(major).tool("jcmd").toString();
        Child.run(jcmd, Long.toString(target.pid()), "JFR.dump", "filename=" + dump)
                .ok();
        List<RecordedEvent> reads = RecordingFile.readAllEvents(dump).stream()
                .filter(event -> event.getEventType().getName().equals("jdk.FileRead"))
                .toList();
        assertThat(reads).anyMatch(event -> event.getStartTime().isBefore(time));
        assertThat(reads).anyMatch(event -> event.getEndTime().isAfter(time));
    }

    @ParameterizedTest
    @CsvSource({
        "17, java:+java.util.function.Supplier.get",
        "25, java:+java.util.function.Supplier.get",
        "17, java:dev.javelin.it.targets.KnownMethods$$Lambda*.*",
        "25, java:dev.javelin.it.targets.KnownMethods$$Lambda*.*"
    })
    void hiddenClassesAreLeftAloneWithAWord(int major, String probe) throws Exception {
        Path json = directory.resolve("calls.json");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownMethods.class);
                Child recorder =
                        JavelinCommand.start("latency", "-f", json.toString(), probe, Long.toString(target.pid()))) {
            recorder.awaitErr("measuring", PATIENCE);
            target.ask("names");
            recorder.signal("INT");
            Child.Result result = recorder.await(PATIENCE).ok();
            assertThat(result.err().lines().filter(line -> line.contains(probe.replace("+", ""))))
                    .as(result.err())
                    .anyMatch(line -> line.matches(".*: .*\\d+ not to be changed left alone.*"));
            assertThat(target.ask("names")).isNotEmpty();
        }
        assertThat(Files.readString(json)).contains("\"count\"");
    }
}
