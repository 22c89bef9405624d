package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownCalls;
import dev.javelin.it.targets.KnownWaits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Probes count exactly what the target did, and times off the CPU are those of its own account. */
class ProbesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Notices of exec and exit. */
    private static final int OWN_LINKS = 2;

    private static final Pattern COUNT =
            Pattern.compile("\"probe\":\\s*\"([^\"]*)\".*?\"count\":\\s*(\\d+)", Pattern.DOTALL);

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
        observe(major, KnownCalls.class, OWN_LINKS + 2 + 2 * 2, command);
        Map<String, Integer> counts = new TreeMap<>();
        Matcher found = COUNT.matcher(Files.readString(json));
        while (found.find()) {
            counts.put(found.group(1), Integer.parseInt(found.group(2)));
        }
        assertThat(counts)
                .containsEntry("syscall:fsync", KnownCalls.FSYNCS)
                .containsEntry("uprobe:libc:fsync", KnownCalls.FSYNCS)
                .containsEntry("uprobe:libc:sched_yield", KnownCalls.YIELDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"uprobe:libc:sched_yield", "uretprobe:libc:sched_yield", "syscall:sched_yield"})
    void everyHitHasItsStack(String probe) throws Exception {
        Path collapsed = directory.resolve("hits.collapsed");
        int links = OWN_LINKS + (probe.startsWith("syscall") ? 2 : 1);
        String summary =
                observe(17, KnownCalls.class, links, List.of("record", "-e", probe, "-f", collapsed.toString()));
        long hits = 0;
        long whole = 0;
        for (String line : Files.readAllLines(collapsed)) {
            long count = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
            hits += count;
            whole += line.contains("start_thread") && line.contains("KnownCalls.calls;java/lang/Thread.yield")
                    ? count
                    : 0;
        }
        assertThat(hits).as(summary).isEqualTo(KnownCalls.YIELDS);
        assertThat((double) whole / hits).as(summary).isGreaterThanOrEqualTo(0.999);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aUsdtProbeFiresForEveryThreadThatStarts(int major) throws Exception {
        Path collapsed = directory.resolve("starts.collapsed");
        observe(
                major,
                KnownCalls.class,
                OWN_LINKS + 1,
                List.of("record", "-e", "usdt:libjvm:hotspot:thread__start", "-t", "-f", collapsed.toString()));
        long started = Files.readAllLines(collapsed).stream()
                .filter(line -> line.startsWith("[Thread-"))
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
        assertThat(started).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void timeOffTheCpuIsTheTargetsOwn(int major) throws Exception {
        Path collapsed = directory.resolve("waits.collapsed");
        MustRun.recording();
        Map<String, Long> account;
        String summary;
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownWaits.class);
                Child recorder =
                        start(target, List.of("record", "-e", "offcpu", "--total", "-f", collapsed.toString()))) {
            summary = watch(target, recorder, OWN_LINKS + 2);
            account = target.account();
        }
        Map<String, String> kinds = Map.of(
                "sleeping", "[sleep]",
                "parking", "[park]",
                "reading", "[pipe]",
                "selecting", "[epoll]",
                "entering", "[monitor]",
                "locking", "[park]");
        List<String> lines = Files.readAllLines(collapsed);
        assertThat(account.keySet()).isEqualTo(new TreeMap<>(kinds).keySet());
        account.forEach((site, nanos) -> {
            List<String> there = lines.stream()
                    .filter(line -> line.contains("KnownWaits." + site + ";"))
                    .toList();
            long waited = sum(there);
            long ofKind = sum(there.stream()
                    .filter(line -> line.contains(kinds.get(site)) || line.contains("[preempted]"))
                    .toList());
            System.out.printf("jdk%d %s: %d ns of %d off the CPU%n", major, site, waited, nanos);
            assertThat(waited).as(site + " " + summary).isCloseTo(nanos, Percentage.withPercentage(3));
            assertThat(ofKind).as(site + " " + there).isCloseTo(waited, Percentage.withPercentage(1));
        });
    }

    private static long sum(List<String> lines) {
        return lines.stream()
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Runs a target from its start to its end under a command; the command's messages. */
    private static String observe(int major, Class<?> main, int links, List<String> command) throws Exception {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), main);
                Child recorder = start(target, command)) {
            return watch(target, recorder, links);
        }
    }

    private static Child start(TargetProcess target, List<String> command) {
        List<String> line = new ArrayList<>(command);
        line.add(Long.toString(target.pid()));
        return JavelinCommand.start(line.toArray(String[]::new));
    }

    private static String watch(TargetProcess target, Child recorder, int links) throws Exception {
        Links.await(recorder, links);
        int from = target.outLines().size();
        target.send("go");
        target.awaitOut(from, "DONE", PATIENCE);
        recorder.signal("INT");
        return recorder.await(PATIENCE).ok().err();
    }
}
