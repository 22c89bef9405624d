package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.NativeLibrary;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.StolenTime;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownNativeWaits;
import dev.javelin.it.targets.OpenWaits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Waits of every kind, and those that a recording sees only in part, are as long as the target's own clock says. */
class OffCpuIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long SECONDS = 5;

    /**
     * The walk of the stack is neither in the wait nor in the thread's CPU time: some microseconds, which is much of a thousand reads that take less
     * than a tenth of a millisecond each, on a busy machine up to a third of them.
     */
    private static final double SHORT_WAITS = 0.5;

    private static final Map<String, String> KINDS = Map.of(
            "accepting", "[epoll]", // by poll
            "faulting", "[page fault]",
            "locking", "[lock]",
            "paging", "[page fault]",
            "receiving", "[socket]",
            "running", "[safepoint]",
            "syncing", "[file I/O]",
            "waiting", "[wait]");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void everyKindOfWaitIsAsLongAsTheTargetsOwn(int major) throws Exception {
        MustRun.recording();
        Path collapsed = directory.resolve("waits.collapsed");
        Path library =
                NativeLibrary.compile(MustRun.jdk(17), directory.resolve("libwaits.so"), List.of("waits.c"), List.of());
        Path disk = Files.createTempDirectory(Repository.root().resolve("it/target"), "waits");
        Map<String, Long> account;
        String summary;
        long before = StolenTime.nanos();
        try (TargetProcess target = TargetProcess.start(
                        MustRun.jdk(major),
                        List.of("-XX:+UseSerialGC"),
                        KnownNativeWaits.class,
                        library.toString(),
                        disk.toString());
                Child recorder =
                        Watch.start(target, List.of("record", "-e", "offcpu", "--total", "-f", collapsed.toString()))) {
            summary = Watch.all(target, recorder, Watch.OWN_LINKS + 1);
            account = target.account();
        } finally {
            Files.delete(disk);
        }
        long stolen = StolenTime.nanos() - before; // the account takes it for a wait
        List<String> lines = Files.readAllLines(collapsed);
        assertThat(account.keySet()).isEqualTo(new TreeMap<>(KINDS).keySet());
        account.forEach((site, nanos) -> {
            List<String> there = lines.stream()
                    .filter(line -> line.contains("KnownNativeWaits." + site + ";"))
                    .toList();
            long waited = ProbesIT.sum(there);
            long ofKind = ProbesIT.sum(there.stream()
                    .filter(line -> line.contains(KINDS.get(site)) || line.contains("[preempted]"))
                    .toList());
            System.out.printf(
                    "jdk%d %s: %d ns of %d off the CPU, %d of its kind%n", major, site, waited, nanos, ofKind);
            double off = site.equals("paging") ? SHORT_WAITS : 0.03;
            assertThat((double) waited)
                    .as(site + ", the host took " + stolen + ": " + summary)
                    .isBetween((1 - off) * nanos - stolen, (1 + off) * nanos);
            assertThat(ofKind).as(site + " " + there).isCloseTo(waited, Percentage.withPercentage(1));
            assertThat(there).as(site).anyMatch(line -> line.contains(KINDS.get(site)));
        });
    }

    /** What a thread waited before the recording, and after it, is not in it; what it waited meanwhile is. */
    @ParameterizedTest
    @CsvSource({"17,offcpu", "25,offcpu", "17,wall", "25,wall"})
    void waitsThatBeganBeforeOrGoOnAreAsLongAsTheRecording(int major, String event) throws Exception {
        MustRun.recording();
        Path collapsed = directory.resolve("open.collapsed");
        int links = event.equals("wall") ? Watch.wallLinks() : Watch.OWN_LINKS + 1;
        Map<String, Long> account;
        String summary;
        List<String> command =
                List.of("record", "-e", event, "-t", "--total", "-d", SECONDS + "s", "-f", collapsed.toString());
        long started = System.nanoTime();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), OpenWaits.class);
                Child recorder = Watch.start(target, command)) {
            Links.await(recorder, links);
            Thread.sleep(SECONDS * 1000 / 3);
            int from = target.outLines().size();
            target.send("go");
            target.awaitOut(from, "DONE", PATIENCE);
            account = target.account();
            summary = recorder.await(PATIENCE).ok().err();
        }
        long exit = System.nanoTime();
        long recorded = recorded(summary);
        long few = recorded * 3 / 100;
        long asleep = waited(collapsed, "asleep", "[sleep]");
        long ends = waited(collapsed, "ends", "[park]");
        long begins = waited(collapsed, "begins", "[sleep]");
        System.out.printf(
                "jdk%d %s: of %d: asleep %d, ends %d, begins %d%n", major, event, recorded, asleep, ends, begins);
        assertThat(asleep).as(summary).isCloseTo(recorded, within(2 * few)); // the summary is rounded
        long began = account.get("began");
        long ended = account.get("ended");
        assertThat(ends + begins).as(summary).isCloseTo(asleep + ended - began, within(few));
        assertThat(begins).as(summary).isBetween(started + asleep - began - few, exit - began);
        assertThat(ends).as(summary).isBetween(ended + asleep - exit - few, ended - started);
        if (event.equals("wall")) {
            for (String thread : List.of("asleep", "ends", "begins")) {
                assertThat(waited(collapsed, thread, ""))
                        .as(thread + ": " + summary)
                        .isCloseTo(asleep, within(few));
            }
        }
    }

    /** The recording's length by its summary, to a tenth of a second. */
    private static long recorded(String summary) {
        Matcher length = Pattern.compile(" in (\\d+\\.\\d) s,").matcher(summary);
        assertThat(length.find()).as(summary).isTrue();
        return Math.round(Double.parseDouble(length.group(1)) * 1e9);
    }

    private static long waited(Path collapsed, String thread, String kind) throws IOException {
        return ProbesIT.sum(Files.readAllLines(collapsed).stream()
                .filter(line -> line.startsWith("[" + thread + " tid=") && line.contains(kind))
                .toList());
    }
}
