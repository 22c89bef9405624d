package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** Probes count exactly what the target did. */
class ProbesIT {
    /** The JVM starts and ends no threads of its own while the target works. */
    static final List<String> STEADY = List.of("-XX:-UseDynamicNumberOfCompilerThreads", "-XX:+UseSerialGC");

    private static final Pattern COUNT =
            Pattern.compile("\"probe\":\\s*\"([^\"]*)\".*?\"count\":\\s*(\\d+)", Pattern.DOTALL);

    /** The JVM yields, too, where a thread spins for what another one has that has no CPU. */
    static final int YIELDS_OF_JVM = 50;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void everyCallIsCountedFromEntryToReturn(int major) throws Exception {
        Path json = directory.resolve("calls.json");
        List<String> probes = List.of(
                "syscall:fsync",
                "uprobe:libc:fsync",
                "uprobe:libc:sched_yield",
                "syscall:pwrite64 /retval == 4096/",
                "syscall:pwrite64 /arg2 != 4096/");
        List<String> command = new ArrayList<>(List.of("latency", "-f", json.toString()));
        command.addAll(probes);
        observe(major, KnownCalls.class, Watch.OWN_LINKS + 2 + 2 * 2, command);
        Map<String, Integer> counts = new TreeMap<>();
        Matcher found = COUNT.matcher(Files.readString(json));
        while (found.find()) {
            counts.put(found.group(1), Integer.parseInt(found.group(2)));
        }
        assertThat(counts)
                .containsEntry("syscall:fsync", KnownCalls.FSYNCS)
                .containsEntry("uprobe:libc:fsync", KnownCalls.FSYNCS);
        assertYields(counts.get("uprobe:libc:sched_yield"));
    }

    @ParameterizedTest
    @CsvSource({
        "uprobe:libc:sched_yield,1",
        "uprobe:libc:sched_yield,100",
        "uretprobe:libc:sched_yield,1",
        "syscall:sched_yield,1",
        "tracepoint:syscalls:sys_enter_sched_yield,1",
        "tracepoint:syscalls:sys_enter_sched_yield,100"
    })
    void everyHitHasItsStackOrStandsForThoseThatAreLeftOut(String probe, String period) throws Exception {
        Path collapsed = directory.resolve("hits.collapsed");
        int links = Watch.OWN_LINKS + (probe.startsWith("syscall") ? 2 : 1);
        String summary = observe(
                17, KnownCalls.class, links, List.of("record", "-e", probe, "-i", period, "-f", collapsed.toString()));
        List<String> lines = Files.readAllLines(collapsed);
        assertYields(sum(lines));
        assertThat(sum(having(lines, "start_thread", "KnownCalls.calls;java/lang/Thread.yield")))
                .as(summary)
                .isGreaterThanOrEqualTo(leastWhole(KnownCalls.YIELDS));
    }

    /** Every thread writes to a place of its own, as often as the others or once less. */
    @ParameterizedTest
    @CsvSource({
        "syscall:pwrite64,arg3,4,2",
        "syscall:pwrite64,retval,1,2",
        "uretprobe:libc:pwrite64,arg3,4,2",
        "uretprobe:libc:pwrite64,thread,4,1",
    })
    void hitsAreToldApartByTheirKey(String probe, String by, int keys, int links) throws Exception {
        Path collapsed = directory.resolve("keys.collapsed");
        String summary = observe(
                17,
                KnownCalls.class,
                Watch.OWN_LINKS + links,
                List.of("record", "-e", probe, "--by", by, "-f", collapsed.toString()));
        Map<String, Long> hits = new TreeMap<>();
        List<String> lines = Files.readAllLines(collapsed);
        assertThat(sum(having(lines, ";start_thread;", "KnownCalls.calls;")))
                .as(summary)
                .isGreaterThanOrEqualTo(leastWhole(KnownCalls.FSYNCS));
        for (String line : lines) {
            hits.merge(line.substring(0, line.indexOf(';')), sum(List.of(line)), Long::sum);
        }
        assertThat(hits).as(summary).hasSize(keys);
        assertThat(hits.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(KnownCalls.FSYNCS);
        String pattern = switch (by) {
            case "arg3" -> "\\[arg3=(0|4096|8192|12288)]";
            case "retval" -> "\\[retval=4096]";
            default -> "\\[.*tid=\\d+]";
        };
        assertThat(hits.keySet()).allMatch(root -> root.matches(pattern));
        assertThat(hits.values())
                .allMatch(count -> keys == 1 || count == KnownCalls.FSYNCS / 4 || count == KnownCalls.FSYNCS / 4 + 1);
    }

    /** What is written, where to, and what was returned, of every call: numbers, and no times. */
    @ParameterizedTest
    @CsvSource({
        "17,retval,4132864,4096",
        "25,retval,4132864,4096",
        "17,arg2,4132864,4096",
        "17,arg3,6193152,12288",
    })
    void theNumbersOfEveryCallAreSummedUp(int major, String value, long sum, long most) throws Exception {
        Path json = directory.resolve("numbers.json");
        List<String> probes = List.of("syscall:pwrite64", "uprobe:libc:pwrite64");
        List<String> command = new ArrayList<>(List.of("latency", "--value", value, "-f", json.toString()));
        command.addAll(probes);
        observe(major, KnownCalls.class, Watch.OWN_LINKS + 2 + 2, command);
        Pattern table = Pattern.compile("\"probe\":\"([^\"]*)\",\"value\":\"" + value
                + "\",\"unit\":\"number\",\"count\":(\\d+),\"sum\":(\\d+).*?\"max\":(\\d+)");
        Matcher found = table.matcher(Files.readString(json));
        for (String probe : probes) {
            assertThat(found.find()).as(Files.readString(json)).isTrue();
            assertThat(found.group(1)).isEqualTo(probe);
            assertThat(Long.parseLong(found.group(2))).isEqualTo(KnownCalls.FSYNCS);
            assertThat(Long.parseLong(found.group(3))).isEqualTo(sum);
            assertThat(Long.parseLong(found.group(4))).isEqualTo(most);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "syscall:pwrite64,retval,4132864,4096,2",
        "syscall:pwrite64,arg3,6193152,12288,2",
        "uretprobe:libc:pwrite64,retval,4132864,4096,1",
        "uretprobe:libc:pwrite64,arg2,4132864,4096,2",
        "uprobe:libc:pwrite64,arg2,4132864,4096,1",
    })
    void theNumbersOfEveryHitAreSummedUpByStack(String probe, String value, long sum, long most, int links)
            throws Exception {
        Path collapsed = directory.resolve("numbers.collapsed");
        String summary = observe(
                17,
                KnownCalls.class,
                Watch.OWN_LINKS + links,
                List.of("record", "-e", probe, "--value", value, "-f", collapsed.toString()));
        List<String> lines = Files.readAllLines(collapsed);
        assertThat(sum(lines)).as(summary).isEqualTo(sum);
        assertThat(sum(having(lines, "KnownCalls.calls;")))
                .as(summary)
                .isGreaterThanOrEqualTo(sum - most * (KnownCalls.FSYNCS - leastWhole(KnownCalls.FSYNCS)));
    }

    /** By their names they cannot be told, as they end before those are read on a busy machine. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aUsdtProbeFiresForEveryThreadThatStarts(int major) throws Exception {
        MustRun.recording();
        Path collapsed = directory.resolve("starts.collapsed");
        List<String> command = List.of("record", "-e", "usdt:libjvm:hotspot:thread__start", "-f", collapsed.toString());
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), STEADY, KnownCalls.class);
                Child recorder = Watch.start(target, command)) {
            Watch.all(target, recorder, Watch.OWN_LINKS + 1);
        }
        assertThat(sum(Files.readAllLines(collapsed))).isEqualTo(4);
    }

    @Test
    void whatManyPlacesCostIsToldBefore() {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownCalls.class)) {
            String said = JavelinCommand.run(
                            "record",
                            "-d",
                            "100ms",
                            "-e",
                            "uprobe:libjvm:G1Co*",
                            "-f",
                            directory.resolve("many.collapsed").toString(),
                            Long.toString(target.pid()))
                    .ok()
                    .err();
            assertThat(said).containsPattern("\\d{3,4} places in functions are probed: .*narrow the pattern");
        }
    }

    /** Stacks with all of these frames. */
    static List<String> having(List<String> lines, String... frames) {
        return lines.stream()
                .filter(line -> Stream.of(frames).allMatch(line::contains))
                .toList();
    }

    /** How many of the hits must have their whole stacks: 99.9 %. */
    static long leastWhole(long hits) {
        return hits - hits / 1_000;
    }

    /** None is lost, and none is counted twice. */
    static void assertYields(long count) {
        assertThat(count).isBetween((long) KnownCalls.YIELDS, (long) KnownCalls.YIELDS + YIELDS_OF_JVM);
    }

    static long sum(List<String> lines) {
        return lines.stream()
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Runs a target from its start to its end under a command; the command's messages. */
    private static String observe(int major, Class<?> main, int links, List<String> command) throws Exception {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), main);
                Child recorder = Watch.start(target, command)) {
            return Watch.all(target, recorder, links);
        }
    }
}
