package dev.javelin.it.bench;

import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.Sample;
import dev.javelin.it.harness.StackFrame;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.MixedApp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How far two profilers agree on the same process: overlap of the 20 methods with the most samples of their own, and the
 * total variation distance of the shares of all methods above 0.5 %. Profilers take turns, so that a drift of the
 * application touches both. Its threads are few and old: async-profiler slows the start of a thread down, and does not see its
 * first steps. Methods are Java's; native functions, whose names differ where several share an address, are printed beside.
 */
final class AgreeBench implements Bench {
    private static final int TOP = 20;
    private static final double SMALLEST = 0.005;

    @Override
    public String what() {
        return "agreement with async-profiler, and of async-profiler with itself [--samples 50000 --seconds 10]";
    }

    @Override
    public void run(Options options) throws Exception {
        int wanted = options.number("samples", 50_000);
        Duration turn = Duration.ofSeconds(options.number("seconds", 10));
        for (Jdk jdk : options.jdks()) {
            try (TargetProcess target = TargetProcess.start(jdk, List.of(), MixedApp.class, "steady")) {
                Pause.seconds(20); // until the compilers have come to rest
                compare(jdk, target, turn, wanted);
            }
        }
    }

    /** Whom the samples are counted for. */
    private enum Self {
        /** The method or native function that ran; the kernel's work counts for who called it. */
        SELF,
        /** The innermost Java method, native code counted for who called it. */
        JAVA
    }

    private static void compare(Jdk jdk, TargetProcess target, Duration turn, int wanted) {
        Profiler ours = Profiler.javelin();
        Profiler peer = Profiler.asyncProfiler(jdk);
        List<Sample> javelin = new ArrayList<>();
        List<Sample> first = new ArrayList<>();
        List<Sample> second = new ArrayList<>();
        while (javelin.size() < wanted || first.size() < wanted || second.size() < wanted) {
            first.addAll(javaThreads(peer.record(target.pid(), turn)));
            javelin.addAll(javaThreads(ours.record(target.pid(), turn)));
            second.addAll(javaThreads(peer.record(target.pid(), turn)));
        }
        System.out.printf(
                "%s: %d samples of javelin, %d and %d of async-profiler%n",
                jdk, javelin.size(), first.size(), second.size());
        List<Sample> both = new ArrayList<>(first);
        both.addAll(second);
        for (Self self : Self.values()) {
            report(self + ", javelin / async-profiler", count(javelin, self), count(both, self));
            report(self + ", async-profiler / itself", count(first, self), count(second, self));
            differences(count(javelin, self), count(both, self));
        }
    }

    private static List<Sample> javaThreads(Recording recording) {
        return recording.where(sample -> !Recording.isVmThread(sample.thread()));
    }

    private static void report(String name, Map<String, Integer> one, Map<String, Integer> other) {
        Set<String> common = new HashSet<>(top(one));
        common.retainAll(top(other));
        System.out.printf(
                Locale.ROOT,
                "  %-32s top 20 in common %2d, distance %.4f%n",
                name,
                common.size(),
                distance(one, other));
    }

    private static void differences(Map<String, Integer> one, Map<String, Integer> other) {
        Set<String> names = new HashSet<>(top(one));
        names.addAll(top(other));
        System.out.println("  largest differences, javelin and async-profiler in percent:");
        names.stream()
                .sorted((a, b) -> Double.compare(
                        Math.abs(share(one, b) - share(other, b)), Math.abs(share(one, a) - share(other, a))))
                .limit(8)
                .forEach(method -> System.out.printf(
                        Locale.ROOT,
                        "    %6.2f %6.2f  %s%n",
                        100 * share(one, method),
                        100 * share(other, method),
                        method));
    }

    /** Half the sum of the differences of shares, over the methods above 0.5 % in either. */
    private static double distance(Map<String, Integer> one, Map<String, Integer> other) {
        Set<String> names = new HashSet<>(one.keySet());
        names.addAll(other.keySet());
        return names.stream()
                        .filter(name -> Math.max(share(one, name), share(other, name)) > SMALLEST)
                        .mapToDouble(name -> Math.abs(share(one, name) - share(other, name)))
                        .sum()
                / 2;
    }

    private static List<String> top(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(TOP)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static Map<String, Integer> count(List<Sample> samples, Self self) {
        Map<String, Integer> counts = new HashMap<>();
        for (Sample sample : samples) {
            List<StackFrame> frames = sample.frames();
            int i = frames.size() - 1;
            while (i >= 0 && !counts(frames.get(i), self)) {
                i--;
            }
            if (i >= 0 && counts(frames.get(i), self)) {
                counts.merge(normalised(frames.get(i).name()), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static boolean counts(StackFrame frame, Self self) {
        return frame.isJava() || (self == Self.SELF && !frame.type().equals("Kernel"));
    }

    private static String normalised(String name) {
        int parameters = name.indexOf('(');
        String bare = parameters > 0 ? name.substring(0, parameters) : name;
        return bare.replaceAll("[/+.]0x[0-9a-f]+", "").replaceAll("\\$\\$Lambda\\$\\d+", "\\$\\$Lambda");
    }

    private static double share(Map<String, Integer> counts, String name) {
        return counts.getOrDefault(name, 0) / (double) sum(counts);
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }
}
