package dev.javelin.it.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs one benchmark by name. */
public final class Main {
    private static final Map<String, Bench> BENCHES = new TreeMap<>(Map.of(
            "agent", new AgentBench(),
            "agree", new AgreeBench(),
            "attach", new AttachBench(),
            "bpf-cost", new BpfCostBench(),
            "chains", new ChainsBench(),
            "collector", new CollectorBench(),
            "methods", new MethodsBench(),
            "overhead", new OverheadBench(),
            "probes", new ProbesBench(),
            "shares", new SharesBench()));

    private Main() {}

    /** The benchmark's name, then its options. */
    public static void main(String[] arguments) throws Exception {
        Bench bench = arguments.length == 0 ? null : BENCHES.get(arguments[0]);
        if (bench == null) {
            System.err.println("usage: it/bench/run NAME [--option value]...");
            BENCHES.forEach((name, each) -> System.err.printf("  %-10s %s%n", name, each.what()));
            System.exit(2);
        } else {
            bench.run(new Options(List.of(arguments).subList(1, arguments.length)));
        }
    }
}
