package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.BpfStats;
import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownMethods;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of Java methods that are slower than a time, and every Nth: those and no others are told, and cost what telling costs. */
class SlowMethodsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TIMED = MethodProbesIT.method("timed") + ":100us";

    @TempDir
    Path directory;

    @BeforeAll
    static void recording() {
        MustRun.recording();
    }

    /** Those that are fast enough do not even reach the program. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void slowCallsHaveALineEachAndFastOnesMakeNoTrap(int major) throws Exception {
        String never = MethodProbesIT.method("counted") + ":1s";
        try (BpfStats stats = BpfStats.on();
                TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownMethods.class);
                Child tracer = Watch.start(target, List.of("trace", TIMED, never))) {
            Links.await(tracer, Watch.OWN_LINKS + 1);
            finish(target);
            long runs = stats.uprobeRuns(tracer);
            tracer.signal("INT");
            Child.Result result = tracer.await(PATIENCE).ok();
            Map<String, Long> account = target.account();
            List<String> lines = result.out().lines().toList();
            System.out.println(account + ", " + lines.size() + " lines, " + runs + " runs; " + result.err());
            assertThat(account.get("slow")).isBetween(KnownMethods.TIMED / 2L, KnownMethods.TIMED - 100L);
            assertThat((long) lines.size()).isBetween(account.get("slow"), account.get("around"));
            assertThat(lines).allMatch(line -> line.endsWith(TIMED) && nanos(line) >= KnownMethods.SLOW_NANOS);
            assertThat(runs)
                    .as("one for each of two probes that a trap is made for")
                    .isEqualTo(2L * lines.size());
        }
    }

    /** What a line says a call took; it is rounded to three digits. */
    private static double nanos(String line) {
        String[] words = line.strip().split(" +", -1);
        double number = Double.parseDouble(words[words.length - 3]);
        return switch (words[words.length - 2]) {
            case "ns" -> number;
            case "us" -> number * 1e3;
            case "ms" -> number * 1e6;
            default -> number * 1e9;
        };
    }

    /** The stacks of some stand for all. */
    @ParameterizedTest
    @CsvSource({"17, counted, 100", "25, counted, 100", "17, thrown, 100", "25, thrown, 7"})
    void everyNthCallIsWalkedAndAllAreCounted(int major, String method, int period) throws Exception {
        int calls = method.equals("thrown") ? KnownMethods.THROWN : KnownMethods.CALLS;
        Path collapsed = directory.resolve("calls.collapsed");
        List<String> command = List.of(
                "record",
                "-e",
                MethodProbesIT.method(method),
                "-i",
                Integer.toString(period),
                "-f",
                collapsed.toString());
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownMethods.class);
                Child recorder = Watch.start(target, command)) {
            System.out.println(Watch.all(target, recorder, Watch.OWN_LINKS + 1));
        }
        List<String> stacks = Files.readAllLines(collapsed);
        assertThat(ProbesIT.sum(stacks)).isEqualTo(calls);
        List<String> whole = stacks.stream()
                .filter(line ->
                        line.matches(".*Thread\\.run;.*KnownMethods\\.calls;.*KnownMethods\\." + method + " \\d+"))
                .toList();
        assertThat(ProbesIT.sum(whole)).as(stacks.toString()).isEqualTo(calls);
    }

    /** Both: of the slow calls every tenth. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void ofSlowCallsEveryNthIsWalked(int major) throws Exception {
        Path collapsed = directory.resolve("slow.collapsed");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownMethods.class);
                Child recorder =
                        Watch.start(target, List.of("record", "-e", TIMED, "-i", "10", "-f", collapsed.toString()))) {
            Watch.all(target, recorder, Watch.OWN_LINKS + 1);
            Map<String, Long> account = target.account();
            assertThat(ProbesIT.sum(Files.readAllLines(collapsed)))
                    .isBetween(account.get("slow"), account.get("around"));
        }
    }

    private static void finish(TargetProcess target) {
        int from = target.outLines().size();
        target.send("go");
        target.awaitOut(from, "DONE", PATIENCE);
    }
}
