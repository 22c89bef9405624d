package dev.javelin.it.bench;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.BusyThreads;
import dev.javelin.it.targets.MixedApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The collector's own CPU time, memory and time to the first sample at 99 Hz; losses at 999 Hz with 200 busy threads. */
final class CollectorBench implements Bench {
    private static final double TICKS_PER_SECOND = 100;
    private static final Pattern HIGH_WATER = Pattern.compile("VmHWM:\\s+(\\d+) kB");

    @Override
    public String what() {
        return "the collector's CPU time, memory and first sample; losses with 200 threads [--seconds 60 --hertz 99]";
    }

    @Override
    public void run(Options options) throws Exception {
        for (Jdk jdk : options.jdks()) {
            own(jdk, options.number("seconds", 60), options.number("hertz", 99));
            losses(jdk);
        }
    }

    private static void own(Jdk jdk, int seconds, int hertz) throws Exception {
        Path file = Files.createTempFile("collector", ".jfr");
        try (TargetProcess target = TargetProcess.start(jdk, List.of(), MixedApp.class)) {
            Instant start = Instant.now();
            try (Child recorder = JavelinCommand.start(
                    "record",
                    "-F",
                    Integer.toString(hertz),
                    "-d",
                    seconds + "s",
                    "-f",
                    file.toString(),
                    Long.toString(target.pid()))) {
                Usage usage = watch(recorder, start, seconds);
                String summary =
                        recorder.await(Duration.ofSeconds(30)).ok().err().strip();
                Instant first = Recording.read(file).samples().stream()
                        .map(sample -> sample.time())
                        .min(Comparator.naturalOrder())
                        .orElseThrow();
                System.out.printf(
                        "%s, %d Hz, %d s: first sample after %d ms; %.2f CPU s in the first 3 s, then %.2f %% of a CPU;"
                                + " largest RSS %d MB%n  %s%n",
                        jdk,
                        hertz,
                        seconds,
                        Duration.between(start, first).toMillis(),
                        usage.startUp(),
                        100 * usage.steadyShare(),
                        usage.highWaterKb() / 1024,
                        summary.substring(summary.lastIndexOf('\n') + 1));
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /**
     * What the collector used.
     *
     * @param startUp CPU seconds in the first three seconds
     * @param steadyShare CPU seconds per second from then on until just before the end
     */
    private record Usage(double startUp, double steadyShare, long highWaterKb) {}

    private static Usage watch(Child recorder, Instant start, int seconds) throws IOException {
        double settle = 3;
        Pause.seconds(settle - Duration.between(start, Instant.now()).toMillis() / 1000.0);
        double startUp = cpuSeconds(recorder.pid());
        double from = System.nanoTime() / 1e9;
        Pause.seconds(seconds - settle - 1);
        double used = cpuSeconds(recorder.pid()) - startUp;
        Matcher highWater =
                HIGH_WATER.matcher(Files.readString(Path.of("/proc", Long.toString(recorder.pid()), "status")));
        return new Usage(
                startUp,
                used / (System.nanoTime() / 1e9 - from),
                highWater.find() ? Long.parseLong(highWater.group(1)) : -1);
    }

    static double cpuSeconds(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    private static void losses(Jdk jdk) throws Exception {
        Path file = Files.createTempFile("losses", ".jfr");
        try (TargetProcess target = TargetProcess.start(jdk, List.of(), BusyThreads.class, "200");
                Child recorder = JavelinCommand.start(
                        "record", "-F", "999", "-d", "20s", "-f", file.toString(), Long.toString(target.pid()))) {
            recorder.awaitErr("recording", Duration.ofSeconds(20));
            target.send("go");
            String summary = recorder.await(Duration.ofMinutes(2)).ok().err().strip();
            System.out.printf(
                    "%s, 200 busy threads, 999 Hz, 20 s:%n  %s%n",
                    jdk, summary.substring(summary.lastIndexOf('\n') + 1));
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
