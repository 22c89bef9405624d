package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JsonText;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownAllocations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** To enter a probed method, and to leave it by a return or an exception, takes nothing of the application's heap. */
class MethodAllocationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BOTH = "java:" + KnownAllocations.class.getName() + ".called*";

    @TempDir
    Path directory;

    @BeforeAll
    static void recording() {
        MustRun.recording();
    }

    private static TargetProcess start(int major) {
        TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownAllocations.class);
        assertThat(bytes(target, "control")).isGreaterThanOrEqualTo(KnownAllocations.CALLS * 8L);
        assertThat(bytes(target, "measure")).as("without probes").isZero();
        return target;
    }

    private static long bytes(TargetProcess target, String command) {
        return Long.parseLong(target.ask(command));
    }

    private static void finish(TargetProcess target, Child command) {
        assertThat(bytes(target, "measure")).isZero();
        command.signal("INT");
        command.await(PATIENCE).ok();
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void withAHistogram(int major) throws Exception {
        Path json = directory.resolve("latency.json");
        try (TargetProcess target = start(major);
                Child latency = Watch.start(target, List.of("latency", "-f", json.toString(), BOTH))) {
            latency.awaitErr("measuring", PATIENCE);
            finish(target, latency);
        }
        assertThat(JsonText.object(Files.readString(json)).get("count")).isEqualTo(KnownAllocations.allCalls());
    }

    /** With the thread's slot, too. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void whereNoCallIsSlowEnoughToBeTold(int major) throws Exception {
        try (TargetProcess target = start(major);
                Child trace = Watch.start(target, List.of("trace", BOTH + ":10s"))) {
            Links.await(trace, Watch.OWN_LINKS + 1);
            finish(target, trace);
        }
    }

    /** Calls that hand nothing over cost nothing more where they are followed; here the first thousand are told, and the slowest. */
    @ParameterizedTest
    @CsvSource({"17, false", "17, true", "25, false", "25, true"})
    void withContext(int major, boolean follow) throws Exception {
        Path json = directory.resolve("explain.json");
        List<String> line = new ArrayList<>(List.of("explain", "-f", json.toString(), BOTH));
        if (follow) {
            line.add(1, "--follow");
        }
        try (TargetProcess target = start(major);
                Child explain = Watch.start(target, line)) {
            Links.await(explain, Watch.explainLinks(major));
            finish(target, explain);
        }
        assertThat(ExplainedCalls.read(json).calls()).isEqualTo(KnownAllocations.allCalls());
    }
}
