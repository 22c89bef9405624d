package dev.javelin.it.bench;

import dev.javelin.it.harness.AsyncProfiler;
import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.Steady;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What recording costs a steady single-threaded target with a stack of 40 frames, told by its own operations per second of
 * its CPU time. Windows with a profiler stand between windows without one, and each is compared with its two neighbours.
 */
final class OverheadBench implements Bench {
    private static final double SETTLE = 2.5;
    private static final int HERTZ = 999;
    private static final String OURS = "javelin 999 Hz";
    private static final String CLOCK = "its clock alone";

    @Override
    public String what() {
        return "slow-down of a steady target, 40 frames deep [--rounds 8 --seconds 5 --depth 40]";
    }

    /** A profiler at work for one window. */
    private interface Work {
        /** Runs the window while recording, and returns the samples delivered per second. */
        double record(TargetProcess target, Runnable window) throws Exception;
    }

    /** What one window showed. */
    private record Window(double opsPerCpuSecond, double cpuShare, double samplesPerSecond) {}

    @Override
    public void run(Options options) throws Exception {
        int rounds = options.number("rounds", 8);
        double seconds = options.number("seconds", 5);
        for (Jdk jdk : options.jdks()) {
            Map<String, Work> works = new LinkedHashMap<>();
            AsyncProfiler peer = new AsyncProfiler(jdk);
            works.put("async-profiler 1 ms", (target, window) -> asyncProfiler(peer, target, window));
            try (TargetProcess target = TargetProcess.start(
                            jdk, List.of("-Xlog:disable"), Steady.class, options.text("depth", "40"));
                    TargetProcess other = TargetProcess.start(jdk, List.of("-Xlog:disable"), Steady.class)) {
                other.signal("STOP");
                if (JavelinCommand.isBuilt()) {
                    works.put(OURS, (t, window) -> javelin(t, window, seconds));
                    works.put(CLOCK, (t, window) -> clockAlone(other, window, seconds));
                }
                print(jdk, measure(target, works, rounds, seconds));
            }
        }
    }

    private static Map<String, List<double[]>> measure(
            TargetProcess target, Map<String, Work> works, int rounds, double seconds) throws Exception {
        Map<String, List<double[]>> slowDowns = new LinkedHashMap<>();
        slowDowns.put("nothing", new ArrayList<>());
        Window before = window(target, (t, w) -> idle(w), seconds);
        for (int i = 0; i < rounds; i++) {
            for (Map.Entry<String, Work> work : works.entrySet()) {
                Window with = window(target, work.getValue(), seconds);
                Window after = window(target, (t, w) -> idle(w), seconds);
                double plain = (before.opsPerCpuSecond() + after.opsPerCpuSecond()) / 2;
                slowDowns
                        .computeIfAbsent(work.getKey(), name -> new ArrayList<>())
                        .add(new double[] {plain / with.opsPerCpuSecond() - 1, with.samplesPerSecond(), with.cpuShare()
                        });
                slowDowns.get("nothing").add(new double[] {
                    before.opsPerCpuSecond() / after.opsPerCpuSecond() - 1, 0, after.cpuShare()
                });
                before = after;
            }
        }
        return slowDowns;
    }

    private static double idle(Runnable window) {
        Pause.seconds(0.5);
        window.run();
        return 0;
    }

    private static Window window(TargetProcess target, Work work, double seconds) throws Exception {
        Map<String, Long> delta = new LinkedHashMap<>();
        double rate = work.record(target, () -> {
            Map<String, Long> before = target.account();
            Pause.seconds(seconds);
            delta.putAll(TargetProcess.since(before, target.account()));
        });
        double cpu = delta.get("cpu") / 1e9;
        return new Window(delta.get("ops") / cpu, cpu / (delta.get("wall") / 1e9), rate);
    }

    private static double javelin(TargetProcess target, Runnable window, double seconds) throws Exception {
        Path file = Files.createTempFile("overhead", ".jfr");
        try (Child recorder = JavelinCommand.start(
                "record",
                "-F",
                Integer.toString(HERTZ),
                "-d",
                Math.round(1000 * (seconds + SETTLE)) + "ms",
                "-f",
                file.toString(),
                Long.toString(target.pid()))) {
            recorder.awaitErr("recording", Duration.ofSeconds(20));
            Pause.seconds(SETTLE);
            window.run();
            recorder.await(Duration.ofSeconds(60)).ok();
            return rate(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** What the clock's interrupts cost by themselves: a process is recorded that never runs. */
    private static double clockAlone(TargetProcess other, Runnable window, double seconds) throws Exception {
        javelin(other, window, seconds);
        return HERTZ;
    }

    private static double asyncProfiler(AsyncProfiler peer, TargetProcess target, Runnable window) throws Exception {
        Path file = Files.createTempFile("overhead", ".jfr");
        try {
            peer.start(target.pid(), "event=cpu,interval=1ms,jfr,file=" + file);
            Pause.seconds(0.5);
            window.run();
            peer.stop(target.pid(), "file=" + file);
            return rate(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static double rate(Path file) {
        List<dev.javelin.it.harness.Sample> samples = Recording.read(file).ofThread("steady");
        if (samples.size() < 2) {
            return 0;
        }
        Duration span = Duration.between(
                samples.stream()
                        .map(s -> s.time())
                        .min(java.util.Comparator.naturalOrder())
                        .orElseThrow(),
                samples.stream()
                        .map(s -> s.time())
                        .max(java.util.Comparator.naturalOrder())
                        .orElseThrow());
        return samples.size() / (span.toMillis() / 1000.0);
    }

    private static void print(Jdk jdk, Map<String, List<double[]>> slowDowns) {
        System.out.printf("%n%s: slow-down by operations per CPU second; median (least to most)%n", jdk);
        System.out.printf(
                "%-22s %-30s %-24s %-26s %s%n", "", "slow-down, %", "samples/s", "us per sample", "CPU share");
        slowDowns.forEach((name, rows) -> System.out.printf(
                "%-22s %-30s %-24s %-26s %s%n",
                name,
                Spread.of(rows.stream().map(row -> 100 * row[0]).toList()).show(2),
                Spread.of(rows.stream().map(row -> row[1]).toList()).show(0),
                name.equals("nothing")
                        ? ""
                        : Spread.of(rows.stream()
                                        .map(row -> 1e6 * row[0] / row[1])
                                        .toList())
                                .show(1),
                Spread.of(rows.stream().map(row -> row[2]).toList()).show(2)));
        List<double[]> ours = slowDowns.get(OURS);
        List<double[]> peers = slowDowns.get("async-profiler 1 ms");
        if (ours != null && peers != null) {
            System.out.printf(
                    "javelin / async-profiler, per sample delivered: %s%n",
                    ratios(ours, peers, null).show(3));
            System.out.printf(
                    "the same beyond what the clock's interrupts cost alone: %s%n",
                    ratios(ours, peers, slowDowns.get(CLOCK)).show(3));
        }
    }

    private static Spread ratios(List<double[]> ours, List<double[]> peers, List<double[]> clock) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            double bare = clock == null ? 0 : clock.get(i)[0] / clock.get(i)[1];
            ratios.add((ours.get(i)[0] / ours.get(i)[1] - bare) / (peers.get(i)[0] / peers.get(i)[1] - bare));
        }
        return Spread.of(ratios);
    }
}
