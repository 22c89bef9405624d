package dev.javelin.it.bench;

import dev.javelin.it.harness.BpfStats;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.Steady;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** BPF run time per CPU sample by the depth of the stack, as the kernel measures it. */
final class BpfCostBench implements Bench {
    private static final Pattern COST = Pattern.compile("BPF ([0-9.]+) µs per sample");

    @Override
    public String what() {
        return "BPF time per sample at depths 10 to 480 [--seconds 4 --rounds 3]";
    }

    @Override
    public void run(Options options) throws Exception {
        BpfStats stats = BpfStats.on();
        try {
            for (Jdk jdk : options.jdks()) {
                System.out.printf(
                        "%s%n%8s %10s %28s %14s%n", jdk, "frames", "samples", "us per sample", "ns per frame");
                for (int depth : new int[] {1, 15, 50, 105, 465}) {
                    measure(jdk, depth, options);
                }
            }
        } finally {
            stats.close();
        }
    }

    private static void measure(Jdk jdk, int depth, Options options) throws Exception {
        Duration duration = Duration.ofSeconds(options.number("seconds", 4));
        List<Double> costs = new ArrayList<>();
        List<Double> frames = new ArrayList<>();
        long samples = 0;
        try (TargetProcess target = TargetProcess.start(jdk, List.of(), Steady.class, Integer.toString(depth))) {
            for (int i = 0; i < options.number("rounds", 3); i++) {
                Path file = Files.createTempFile("bpf-cost", ".jfr");
                try {
                    String said = JavelinCommand.recordCpu(target.pid(), duration, 999, file)
                            .err();
                    Matcher cost = COST.matcher(said);
                    if (!cost.find()) {
                        throw new IllegalStateException("no BPF time in: " + said);
                    }
                    costs.add(Double.parseDouble(cost.group(1)));
                    Recording recording = Recording.read(file);
                    samples += recording.samples().size();
                    frames.add(recording.samples().stream()
                            .mapToInt(sample -> sample.frames().size())
                            .average()
                            .orElse(0));
                } finally {
                    Files.deleteIfExists(file);
                }
            }
        }
        double mean = Spread.of(frames).median();
        System.out.printf(
                "%8.1f %10d %28s %14.0f%n",
                mean, samples, Spread.of(costs).show(2), 1000 * Spread.of(costs).median() / mean);
    }
}
