package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.CpuQuota;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.StolenTime;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.BusyThreads;
import dev.javelin.it.targets.Deadlock;
import dev.javelin.it.targets.KnownElapsed;
import dev.javelin.it.targets.KnownWaits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times off and on the CPU are those of the target's own account, and who ended a wait is named. */
class WaitsIT {
    /** A kind of wait stands on each stack off the CPU; "[k]" is a kernel function's. */
    private static final Pattern OFF_CPU = Pattern.compile(";\\[[^;\\]]*] \\d+$");

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Of which a period more or less is a few percent. */
    private static final long QUOTA_TAKES_NANOS = 4_000_000_000L;

    /** A thread's time of which only the kind is known. */
    private static final Pattern STACKLESS =
            Pattern.compile("^\\[[^;]*];\\[o(ff the CPU, which|n the CPU, too short)[^;]*$");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void timeOffTheCpuIsTheTargetsOwn(int major) throws Exception {
        Path collapsed = directory.resolve("waits.collapsed");
        MustRun.recording();
        Map<String, Long> account;
        String summary;
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownWaits.class);
                Child recorder = Watch.start(
                        target, List.of("record", "-e", "offcpu", "--wakers", "--total", "-f", collapsed.toString()))) {
            summary = Watch.all(target, recorder, Watch.OWN_LINKS + 2);
            account = target.account();
        }
        Map<String, String> kinds = Map.of(
                "sleeping", "[sleep]",
                "parking", "[park]",
                "reading", "[pipe]",
                "selecting", "[epoll]",
                "entering", "[monitor]",
                "locking", "[park]");
        Pattern interrupt = Pattern.compile("\\[woken by an interrupt];.*hrtimer_wakeup");
        Pattern holder = Pattern.compile("\\[woken by];.*KnownWaits.hold(Monitor|Lock);.*;\\[thread holder] ");
        Map<String, Pattern> wakers = Map.of(
                "sleeping", interrupt,
                "parking", interrupt,
                "reading", Pattern.compile("\\[woken by];.*pipe_write.*KnownWaits.lambda.*;\\[thread Thread-"),
                "selecting", interrupt,
                "entering", holder,
                "locking", holder);
        List<String> lines = Files.readAllLines(collapsed);
        assertThat(account.keySet()).isEqualTo(new TreeMap<>(kinds).keySet());
        account.forEach((site, nanos) -> {
            List<String> there = lines.stream()
                    .filter(line -> line.replaceAll("\\[woken by.*", "").contains("KnownWaits." + site + ";"))
                    .toList();
            long waited = ProbesIT.sum(there);
            long ofKind = ProbesIT.sum(there.stream()
                    .filter(line -> line.contains(kinds.get(site)) || line.contains("[preempted]"))
                    .toList());
            System.out.printf("jdk%d %s: %d ns of %d off the CPU%n", major, site, waited, nanos);
            assertThat(waited).as(site + " " + summary).isCloseTo(nanos, Percentage.withPercentage(3));
            assertThat(ofKind).as(site + " " + there).isCloseTo(waited, Percentage.withPercentage(1));
            long woken = ProbesIT.sum(there.stream()
                    .filter(line -> wakers.get(site).matcher(line).find())
                    .toList());
            long preempted = ProbesIT.sum(there.stream()
                    .filter(line -> line.contains("[preempted]")) // nobody ends that
                    .toList());
            // JDK 17 has who waits for a monitor look again by itself after 1, 8 and 64 ms
            assertThat(woken)
                    .as("who ended " + site + " " + there)
                    .isGreaterThan((ofKind - preempted) * (site.equals("entering") ? 40 : 95) / 100);
        });
    }

    /** Nothing of these threads moves: their stacks are read while they wait. JDK 17 wakes who waits for a monitor once a second. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void threadsThatWaitAlreadyHaveTheirStacks(int major) throws Exception {
        Path collapsed = directory.resolve("deadlock.collapsed");
        MustRun.recording();
        String summary;
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), Deadlock.class)) {
            summary = JavelinCommand.run(
                            "record",
                            "-e",
                            "offcpu",
                            "-t",
                            "-d",
                            "500ms",
                            "-f",
                            collapsed.toString(),
                            Long.toString(target.pid()))
                    .ok()
                    .err();
        }
        List<String> lines = Files.readAllLines(collapsed);
        Map.of(
                        "left", "Deadlock.hold;dev/javelin/it/targets/Deadlock.enter;.*ObjectMonitor::.*;\\[monitor] ",
                        "right", "Deadlock.hold;dev/javelin/it/targets/Deadlock.enter;.*ObjectMonitor::.*;\\[monitor] ",
                        "parked", "Deadlock.park;java/util/concurrent/locks/LockSupport.park;.*Unsafe_Park.*;\\[park] ",
                        "asleep", "Deadlock.sleep;java/lang/Thread.sleep;.*;\\[sleep] ")
                .forEach((thread, stack) -> assertThat(lines)
                        .as(thread + ": " + summary)
                        .anyMatch(line -> line.startsWith("[" + thread + " tid=")
                                && Pattern.compile("thread_native_entry.*" + stack)
                                        .matcher(line)
                                        .find()));
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void elapsedTimeAddsUp(int major) throws Exception {
        Path collapsed = directory.resolve("elapsed.collapsed");
        MustRun.recording();
        Map<String, Long> account;
        String summary;
        long stolen = StolenTime.nanos();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownElapsed.class);
                Child recorder = Watch.start(
                        target,
                        List.of("record", "-e", "wall", "-t", "-i", "2ms", "--total", "-f", collapsed.toString()))) {
            summary = Watch.all(target, recorder, Watch.wallLinks());
            account = target.account();
        }
        stolen = StolenTime.nanos() - stolen;
        List<String> lines = Files.readAllLines(collapsed);
        for (String site : List.of("busy", "half", "idle")) {
            List<String> there = lines.stream()
                    .filter(line -> line.startsWith("[" + site + " tid="))
                    .filter(line -> line.contains("KnownElapsed." + site)
                            || STACKLESS.matcher(line).find())
                    .toList();
            long elapsed = ProbesIT.sum(there);
            long onCpu = ProbesIT.sum(
                    there.stream().filter(line -> !OFF_CPU.matcher(line).find()).toList());
            long cpu = account.get(site + "Cpu");
            System.out.printf(
                    "jdk%d %s: %d ns of %d elapsed, %d of %d on the CPU%n",
                    major, site, elapsed, account.get(site), onCpu, cpu);
            assertThat(elapsed)
                    .as(site + " elapsed: " + summary)
                    .isCloseTo(account.get(site), Percentage.withPercentage(2));
            if (!site.equals("idle")) { // what the host took is time on the CPU here, but not in the account
                assertThat((double) onCpu)
                        .as(site + " on the CPU, the host took " + stolen + ": " + summary)
                        .isBetween(cpu * 0.97, cpu * 1.03 + stolen);
            }
        }
    }

    /**
     * A thread on one CPU, so that the kernel's sum over CPUs is the time of one thread. A wait goes on after the quota's end until the thread
     * has the CPU again, which others may have meanwhile.
     */
    @ParameterizedTest
    @ValueSource(strings = {"offcpu", "wall"})
    void theTimeThatAQuotaTakesIsThatOfTheCgroup(String event) throws Exception {
        MustRun.recording();
        Path collapsed = directory.resolve("quota.collapsed");
        Optional<CpuQuota> made = CpuQuota.ofPercent(20);
        Assumptions.assumeTrue(made.isPresent(), "no cgroup with the cpu controller can be made");
        try (CpuQuota quota = made.orElseThrow();
                TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), BusyThreads.class, "1")) {
            Child.run("taskset", "-a", "-p", "1", Long.toString(target.pid())).ok();
            target.send("go");
            int links = event.equals("wall") ? Watch.wallLinks() : Watch.OWN_LINKS + 1;
            try (Child recorder =
                    Watch.start(target, List.of("record", "-e", event, "-t", "--total", "-f", collapsed.toString()))) {
                Links.await(recorder, links);
                Path busy = busyThread(target.pid());
                long delayed = runDelay(busy);
                quota.add(target.pid());
                while (quota.throttledNanos() < QUOTA_TAKES_NANOS) {
                    Thread.sleep(10);
                }
                quota.release(target.pid());
                long throttled = quota.throttledNanos();
                delayed = runDelay(busy) - delayed;
                recorder.signal("INT");
                String summary = recorder.await(PATIENCE).ok().err();
                long recorded = ProbesIT.sum(Files.readAllLines(collapsed).stream()
                        .filter(line -> line.startsWith("[busy-0") && line.contains("[cgroup quota]"))
                        .toList());
                System.out.printf(
                        "%s: %d ns by the quota, %d by cpu.stat, and %d for the CPU%n",
                        event, recorded, throttled, delayed);
                if (!summary.contains("switches not told")) {
                    assertThat(recorded).as(summary).isGreaterThan(throttled * 95 / 100);
                }
                assertThat(recorded).as(summary).isBetween(throttled / 2, Math.max(throttled, delayed) * 105 / 100);
            }
        }
    }

    private static Path busyThread(long pid) throws Exception {
        while (true) {
            try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
                for (Path thread : threads.toList()) {
                    if (name(thread).startsWith("busy-0")) {
                        return thread;
                    }
                }
            }
            Thread.sleep(10);
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm"));
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    /** Nanoseconds for which a thread could have gone on and had no CPU, those in which its group was held back included. */
    private static long runDelay(Path thread) throws IOException {
        return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", -1)[1]);
    }
}
