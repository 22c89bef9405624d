package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.NativeLibrary;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownReturns;
import dev.javelin.it.targets.MixedApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that are left in other ways than by returning: those that return are counted, those that do not are told of, and no two are mixed up. */
class ReturnsIT {
    private static final Pattern COUNT = Pattern.compile("\"count\":\\s*(\\d+)");
    private static final Pattern KEY = Pattern.compile("\"key\":\"arg0=(\\d+)\",\"unit\":\"ns\",\"count\":(\\d+)");
    private static final Pattern OPEN = Pattern.compile("(\\d+) calls? had not returned");
    private static final Pattern LOST = Pattern.compile("returns not seen (\\d+)");
    private static final int CALLS = KnownReturns.CALLS;
    /** That the kernel keeps of a thread. */
    private static final long RETURNS = 64;

    @TempDir
    Path directory;

    /** The kernel keeps 64 returns of a thread: those of the outermost calls. */
    @ParameterizedTest
    @CsvSource({
        "jumps,1000,500",
        "catches,1000,1000",
        "recurses,100000,64000",
        "ends,100,0",
        "tail_*,2000,2000",
        "known::Counter::add(int),1000,1000",
        "known::Counter::add,2000,2000",
        "known::Counter::*,2001,2001",
    })
    void everyCallIsCountedOrToldOf(String function, int calls, int counted) throws Exception {
        Path json = directory.resolve("calls.json");
        String summary =
                observe(17, List.of("latency", "--may-throw", "-f", json.toString(), "uprobe:libreturns:" + function));
        assertThat(first(COUNT, Files.readString(json))).as(summary).isEqualTo(counted);
        long open = first(OPEN, summary);
        long lost = first(LOST, summary);
        assertThat(counted + open + lost).as(summary).isEqualTo(calls);
        assertThat(summary).contains("lost " + lost);
    }

    /** A call that was left by a jump has an odd number; the next one has its frame. */
    @Test
    void aCallHasTheArgumentsThatItWasCalledWith() throws Exception {
        Path json = directory.resolve("keys.json");
        observe(
                17,
                List.of("latency", "--may-throw", "--by", "arg0", "-f", json.toString(), "uprobe:libreturns:jumps"));
        Map<Integer, Integer> keys = keys(json);
        assertThat(keys).hasSize(CALLS / 2);
        assertThat(keys.keySet()).allMatch(key -> key % 2 == 0);
        assertThat(keys.values()).containsOnly(1);
    }

    /** Where the callers return to, the kernel's trampoline stands meanwhile. */
    @Test
    void stacksWithinProbedFunctionsAreWhole() throws Exception {
        Path collapsed = directory.resolve("depths.collapsed");
        String summary = observe(
                17,
                List.of(
                        "record",
                        "--may-throw",
                        "-e",
                        "uretprobe:libreturns:recurses /arg0 > 0/",
                        "-f",
                        collapsed.toString()));
        Map<Integer, Long> depths = new TreeMap<>();
        List<String> lines = Files.readAllLines(collapsed);
        List<String> whole = ProbesIT.having(lines, ";start_thread;", "KnownReturns.main;", "KnownReturns.run;");
        assertThat(ProbesIT.sum(lines)).as(summary).isEqualTo(RETURNS * CALLS);
        assertThat(ProbesIT.sum(whole)).as(summary).isGreaterThanOrEqualTo(ProbesIT.leastWhole(RETURNS * CALLS));
        for (String line : whole) {
            String[] frames = line.substring(0, line.lastIndexOf(' ')).split(";", -1);
            int depth = (int) Stream.of(frames).filter("recurses"::equals).count();
            depths.merge(depth, ProbesIT.sum(List.of(line)), Long::sum);
        }
        assertThat(depths).as(summary).hasSize((int) RETURNS);
        assertThat(depths.keySet()).allMatch(depth -> depth >= 1 && depth <= RETURNS);
        assertThat(depths.values()).as(summary).allMatch(calls -> calls <= CALLS);
    }

    /** Of some the JVM reads where they return to, in a collection, for an exception and so on. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void theJvmLivesWhoseRuntimeIsProbed(int major) throws Exception {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of("-Xmx256m"), MixedApp.class)) {
            Child.Result result = JavelinCommand.run(
                    "latency", "-d", "3s", "uprobe:libjvm:*Runtime*::*", Long.toString(target.pid()));
            assertThat(result.ok().err()).containsPattern("\\d+ functions are left out: .* would crash the JVM");
            target.account();
        }
    }

    @Test
    void whatExceptionsDoIsToldBefore() throws Exception {
        try (TargetProcess target = target(17)) {
            Child.Result refused =
                    JavelinCommand.run("latency", "uprobe:libreturns:jumps", Long.toString(target.pid()));
            assertThat(refused.exit()).isEqualTo(2);
            assertThat(refused.err())
                    .contains("libreturns throws C++ exceptions", "--may-throw")
                    .hasLineCount(1);
        }
        String summary = observe(17, List.of("latency", "--may-throw", "uprobe:libreturns:jumps"));
        assertThat(summary).contains("libreturns throws C++ exceptions");
        summary = observe(17, List.of("latency", "uprobe:libjvm:JVM_GC"));
        assertThat(summary).doesNotContain("exceptions", "left out");
    }

    /** By its C++ name; nobody else calls it. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void everyCallOfAFunctionOfTheJvmIsCounted(int major) throws Exception {
        Path json = directory.resolve("collections.json");
        String collect = "uprobe:libjvm:G1CollectedHeap::collect(GCCause::Cause)";
        String summary = observe(major, List.of("latency", "-f", json.toString(), collect));
        assertThat(first(COUNT, Files.readString(json))).as(summary).isEqualTo(KnownReturns.COLLECTIONS);
    }

    private static Map<Integer, Integer> keys(Path json) throws IOException {
        Map<Integer, Integer> keys = new TreeMap<>();
        Matcher found = KEY.matcher(Files.readString(json));
        while (found.find()) {
            keys.put(Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2)));
        }
        return keys;
    }

    /** The number; 0 if it is not there. */
    private static long first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    /** What it says of a target from its start to its end. */
    private String observe(int major, List<String> command) throws Exception {
        MustRun.recording();
        try (TargetProcess target = target(major);
                Child recorder = Watch.start(target, command)) {
            return Watch.all(target, recorder, Watch.OWN_LINKS + 2);
        }
    }

    private TargetProcess target(int major) {
        Path library = NativeLibrary.compile(
                MustRun.jdk(17), directory.resolve("libreturns.so"), List.of("returns.cc"), List.of());
        return TargetProcess.start(MustRun.jdk(major), List.of("-XX:+UseG1GC"), KnownReturns.class, library.toString());
    }
}
