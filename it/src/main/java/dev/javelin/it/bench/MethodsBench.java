package dev.javelin.it.bench;

import dev.javelin.collector.attach.MethodProbe;
import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.it.harness.AsyncProfiler;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.MethodCalls;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a probe on a Java method costs each call, beside the two readings of the clock that no such probe can do without. */
final class MethodsBench implements Bench {
    private static final double SETTLE = 2;
    private static final String METHOD = MethodCalls.class.getName() + ".called";

    @Override
    public String what() {
        return "cost of a probed call of a Java method, against async-profiler's trace [--rounds 5 --seconds 2]";
    }

    /** Puts a tool's probe in; closing takes it out. */
    private interface Tool {
        AutoCloseable on(Jdk jdk, long pid);
    }

    @Override
    public void run(Options options) throws Exception {
        Map<String, Tool> tools = new LinkedHashMap<>();
        tools.put("without", (jdk, pid) -> () -> {});
        tools.put(
                "javelin, latency",
                (jdk, pid) -> attach(
                        pid,
                        MethodProbe.measured(ProbeSpec.parse("java:" + METHOD).methods())));
        tools.put(
                "javelin, with slots",
                (jdk, pid) -> attach(
                        pid,
                        MethodProbe.watched(ProbeSpec.parse("java:" + METHOD).methods(), Long.MAX_VALUE)));
        tools.put("async-profiler, trace", MethodsBench::trace);
        for (Jdk jdk : options.jdks()) {
            measure(jdk, tools, options.number("rounds", 5), options.number("seconds", 2));
        }
    }

    private static MethodProbes attach(long pid, MethodProbe probe) {
        return MethodProbes.attach((int) pid, List.of(probe));
    }

    /** A threshold that no call reaches, as it counts nothing below one. */
    private static AutoCloseable trace(Jdk jdk, long pid) {
        AsyncProfiler profiler = new AsyncProfiler(jdk);
        String file = "file=/tmp/methods-bench-" + pid + ".jfr";
        profiler.start(pid, "trace=" + METHOD + ":10s," + file);
        return () -> profiler.stop(pid, file);
    }

    private static void measure(Jdk jdk, Map<String, Tool> tools, int rounds, double seconds) throws Exception {
        Map<String, List<Double>> calls = new LinkedHashMap<>();
        List<Double> pairs = new ArrayList<>();
        try (TargetProcess target = TargetProcess.start(jdk, List.of("-Xlog:disable"), MethodCalls.class)) {
            for (int round = 0; round < rounds; round++) {
                for (Map.Entry<String, Tool> tool : tools.entrySet()) {
                    AutoCloseable in = tool.getValue().on(jdk, target.pid());
                    try {
                        Pause.seconds(SETTLE); // until it is compiled again
                        Map<String, Long> before = target.account();
                        Pause.seconds(seconds);
                        Map<String, Long> passed = TargetProcess.since(before, target.account());
                        calls.computeIfAbsent(tool.getKey(), name -> new ArrayList<>())
                                .add((double) passed.get("called") / passed.get("calls"));
                        pairs.add((double) passed.get("clock") / passed.get("pairs"));
                    } finally {
                        in.close();
                    }
                }
            }
        }
        System.out.printf(
                "%n%s: two System.nanoTime %s ns; a call, ns: median (least to most)%n",
                jdk, Spread.of(pairs).show(1));
        calls.forEach((tool, nanos) ->
                System.out.printf("  %-24s %s%n", tool, Spread.of(nanos).show(1)));
    }
}
