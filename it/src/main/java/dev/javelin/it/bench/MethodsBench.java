package dev.javelin.it.bench;

import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.Repository;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What a probe on a Java method costs each call, and what it leaves behind, beside the two readings of the clock that no such probe can do
 * without. By JMH, each figure from a JVM of its own; the tools take turns.
 */
final class MethodsBench implements Bench {
    private static final int WARM_UPS = 2;
    private static final int MEASURED = 3;
    private static final TimeValue SECOND = TimeValue.seconds(1);

    @Override
    public String what() {
        return "cost of a probed call of a Java method, against async-profiler's trace [--rounds 5]";
    }

    @Override
    public void run(Options options) throws Exception {
        for (Jdk jdk : options.jdks()) {
            Map<String, List<Double>> figures = new LinkedHashMap<>();
            for (int round = 0; round < options.number("rounds", 5); round++) {
                measure(jdk, "clock", MethodTool.NONE, "two System.nanoTime", figures);
                for (MethodTool tool : MethodTool.values()) {
                    measure(jdk, "call", tool, tool.name(), figures);
                }
            }
            System.out.printf("%n%s: ns, median (least to most)%n", jdk);
            figures.forEach((name, nanos) -> System.out.printf(
                    "  %-24s %s%n", label(name), Spread.of(nanos).show(1)));
        }
    }

    private static String label(String name) {
        return Stream.of(MethodTool.values())
                .filter(tool -> tool.name().equals(name))
                .map(MethodTool::what)
                .findFirst()
                .orElse(name);
    }

    private static String[] options(Jdk jdk) {
        String root = "-Djavelin.root=" + Repository.root();
        return jdk.major() < 24
                ? new String[] {root}
                : new String[] {root, "-XX:+EnableDynamicAgentLoading", "--sun-misc-unsafe-memory-access=allow"
                }; // JMH's
    }

    private static void measure(
            Jdk jdk, String benchmark, MethodTool tool, String name, Map<String, List<Double>> figures)
            throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("^" + MethodCost.class.getName().replace(".", "\\.") + "\\." + benchmark + "$")
                        .param("tool", tool.name())
                        .jvm(jdk.java().toString())
                        .jvmArgs(options(jdk))
                        .forks(1)
                        .warmupIterations(WARM_UPS)
                        .warmupTime(SECOND)
                        .measurementIterations(MEASURED)
                        .measurementTime(SECOND)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        for (RunResult result : results) {
            BenchmarkParams ran = result.getParams();
            if (!ran.getParam("tool").equals(tool.name())) {
                throw new IllegalStateException(ran.id());
            }
            figures.computeIfAbsent(name, any -> new ArrayList<>())
                    .add(result.getPrimaryResult().getScore());
        }
    }
}
