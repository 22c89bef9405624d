package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownCalls;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Probes count exactly what the target did. */
class ProbesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Notices of exec and exit. */
    static final int OWN_LINKS = 2;

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

    static long sum(List<String> lines) {
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

    static Child start(TargetProcess target, List<String> command) {
        List<String> line = new ArrayList<>(command);
        line.add(Long.toString(target.pid()));
        return JavelinCommand.start(line.toArray(String[]::new));
    }

    /** Lets the target do its work as soon as a recorder has so many links, and ends the recorder; its messages. */
    static String watch(TargetProcess target, Child recorder, int links) throws Exception {
        awaitLinks(recorder, links);
        int from = target.outLines().size();
        target.send("go");
        target.awaitOut(from, "DONE", PATIENCE);
        recorder.signal("INT");
        return recorder.await(PATIENCE).ok().err();
    }

    /** Waits until the kernel has all links of a recorder: from then on nothing is missed. */
    private static void awaitLinks(Child recorder, int links) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (links(recorder.pid()) < links) {
            assertThat(recorder.isAlive() && System.nanoTime() < end)
                    .as("attached: " + recorder.err())
                    .isTrue();
            Thread.sleep(20);
        }
    }

    private static int links(long pid) throws IOException {
        int links = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path file : files) {
                links += isLink(file) ? 1 : 0;
            }
        }
        return links;
    }

    private static boolean isLink(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().contains("bpf_link");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
