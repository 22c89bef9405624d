package dev.javelin.it.bench;

import dev.javelin.collector.attach.MethodProbe;
import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.Hello;
import dev.javelin.it.targets.ManyThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the agents cost an application beside the calls: the start of one that does nothing, and memory. */
final class AgentBench implements Bench {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int FEW = 1;
    private static final int MANY = 1_001;
    private static final double SETTLE = 2;
    private static final double KILOBYTE = 1024;

    @Override
    public String what() {
        return "an application's start with -javaagent, and the memory of method probes in it [--rounds 11]";
    }

    @Override
    public void run(Options options) throws Exception {
        for (Jdk jdk : options.jdks()) {
            starts(jdk, options.number("rounds", 11));
            memory(jdk, options.number("rounds", 11));
        }
    }

    private static void starts(Jdk jdk, int rounds) throws IOException {
        Path report = Files.createTempFile("javelin-bench", ".html");
        String agent = "-javaagent:" + Repository.jar();
        Map<String, List<String>> ways = new LinkedHashMap<>();
        ways.put("without", List.of());
        ways.put("agent, refused", List.of(agent + "=none")); // all that it takes but its child
        ways.put("agent, recording", List.of(agent + "=start,file=" + report));
        Map<String, List<Double>> begins = new LinkedHashMap<>();
        Map<String, List<Double>> ends = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, List<String>> way : ways.entrySet()) {
                List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
                command.addAll(way.getValue());
                command.addAll(List.of("-cp", Repository.classes().toString(), Hello.class.getName()));
                long start = System.nanoTime();
                try (Child hello = new Child(command)) {
                    hello.awaitOut(0, "hello", PATIENCE);
                    note(begins, way.getKey(), start);
                    hello.await(PATIENCE);
                    note(ends, way.getKey(), start);
                }
            }
        }
        Files.delete(report);
        System.out.printf("%n%s: an application that says hello, ms to its first line, and to its end%n", jdk);
        begins.forEach((way, millis) -> System.out.printf(
                "  %-20s %s   %s%n",
                way, Spread.of(millis).show(0), Spread.of(ends.get(way)).show(0)));
    }

    private static void note(Map<String, List<Double>> times, String way, long start) {
        times.computeIfAbsent(way, name -> new ArrayList<>()).add((System.nanoTime() - start) / 1e6);
    }

    private static void memory(Jdk jdk, int rounds) throws Exception {
        System.out.printf(
                "%n%s: what is used more while a method is probed, kB: heap after collections, and memory%n", jdk);
        for (int threads : new int[] {FEW, MANY}) {
            List<Double> heap = new ArrayList<>();
            List<Double> resident = new ArrayList<>();
            for (int round = 0; round < Math.max(1, rounds / 3); round++) {
                measure(jdk, threads, heap, resident);
            }
            System.out.printf(
                    "  %,5d threads        %s   %s%n",
                    threads, Spread.of(heap).show(0), Spread.of(resident).show(0));
        }
    }

    private static void measure(Jdk jdk, int threads, List<Double> heap, List<Double> resident) throws Exception {
        List<String> flags = List.of("-XX:+UseSerialGC", "-Xlog:disable");
        MethodProbe probe = MethodProbe.watched(
                ProbeSpec.parse("java:" + ManyThreads.class.getName() + ".called")
                        .methods(),
                Long.MAX_VALUE);
        try (TargetProcess target = TargetProcess.start(jdk, flags, ManyThreads.class, Integer.toString(threads))) {
            Pause.seconds(SETTLE);
            double heapBefore = Double.parseDouble(target.ask("heap"));
            double residentBefore = ProcFile.status(target.pid(), "VmRSS");
            try (MethodProbes in = MethodProbes.attach((int) target.pid(), List.of(probe))) {
                Pause.seconds(SETTLE); // every thread calls
                heap.add((Double.parseDouble(target.ask("heap")) - heapBefore) / KILOBYTE);
                resident.add(ProcFile.status(target.pid(), "VmRSS") - residentBefore);
                if (in.latencies().get(0).count() < threads) {
                    throw new IllegalStateException("not every thread has called");
                }
            }
        }
    }
}
