package dev.javelin.it.bench;

import dev.javelin.it.harness.BpfStats;
import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.NativeLibrary;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.Callers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a probe costs each time that it fires, of Javelin's and of bpftrace's and libbpf-tools' on the same function, system call or
 * switch: windows with a tool stand between windows without one, and each is compared with its two neighbours.
 */
final class ProbesBench implements Bench {
    private static final double SETTLE = 3;
    /** Seconds in which a collector's own use is told; the kernel counts it in hundredths. */
    private static final double MEASURED = 10;

    private static final String START_AND_HISTOGRAM =
            "{ @s[tid] = nsecs; } %s /@s[tid]/ { @ = hist(nsecs - @s[tid]); delete(@s[tid]); }";

    @Override
    public String what() {
        return "cost of a hit, against bpftrace and libbpf-tools [--rounds 3 --seconds 2 --work yield,marked,handover,switches,rates]";
    }

    /** A tool and what it does, for the table; and its command line. */
    private record Tool(String name, String what, List<String> command) {}

    /** Operations in one window and how long it was; nanoseconds. */
    private record Window(double perOp) {}

    @Override
    public void run(Options options) throws Exception {
        int rounds = options.number("rounds", 3);
        double seconds = options.number("seconds", 2);
        for (Jdk jdk : options.jdks()) {
            Path directory = Files.createTempDirectory("probes-bench");
            for (String work :
                    options.text("work", "yield,marked,handover,switches,rates").split(",", -1)) {
                switch (work) {
                    case "yield" -> measure(jdk, List.of(work), this::yieldTools, rounds, seconds, directory);
                    case "marked" -> {
                        String library = NativeLibrary.compile(
                                        jdk,
                                        directory.resolve("libmarked.so"),
                                        List.of("marked.c"),
                                        List.of("-fcf-protection=full", "-fomit-frame-pointer"))
                                .toString();
                        measure(jdk, List.of(work, library), this::markedTools, rounds, seconds, directory);
                    }
                    case "handover" -> measure(jdk, List.of(work), this::switchTools, rounds, seconds, directory);
                    case "switches" -> switches(jdk, rounds, seconds, directory);
                    case "rates" -> rates(jdk, Math.max(MEASURED, seconds), directory);
                    default -> throw new IllegalArgumentException("no such work: " + work);
                }
            }
        }
    }

    /** How many events come in a second, all of them counted in the kernel, and what the collector uses meanwhile. */
    private void rates(Jdk jdk, double seconds, Path directory) throws Exception {
        try (TargetProcess target = TargetProcess.start(jdk, List.of("-Xlog:disable"), Callers.class, "yield")) {
            System.out.printf("%n%s, events a second, and the collector's CPU time%n", jdk);
            for (Tool tool : yieldTools(target.pid(), directory)) {
                if (!tool.name().equals("javelin")) {
                    continue;
                }
                try (Child child = new Child(tool.command())) {
                    Pause.seconds(SETTLE);
                    double before = CollectorBench.cpuSeconds(child.pid());
                    Window window = window(target, seconds);
                    double used = CollectorBench.cpuSeconds(child.pid()) - before;
                    child.signal("INT");
                    String summary =
                            child.await(Duration.ofSeconds(60)).ok().err().strip();
                    System.out.printf(
                            "  %-34s %,10.0f/s  %.2f %% of a CPU  %s%n",
                            tool.what(),
                            1e9 / window.perOp(),
                            100 * used / seconds,
                            summary.substring(summary.lastIndexOf('\n') + 1));
                }
            }
        }
    }

    /** What the programs of each tool take of a hand-over, by the kernel's account of them: below the noise of what the target tells. */
    private void switches(Jdk jdk, int rounds, double seconds, Path directory) throws Exception {
        Map<Tool, List<Double>> costs = new LinkedHashMap<>();
        BpfStats stats = BpfStats.on();
        try (TargetProcess target = TargetProcess.start(jdk, List.of("-Xlog:disable"), Callers.class, "handover")) {
            for (int round = 0; round < rounds; round++) {
                for (Tool tool : switchTools(target.pid(), directory)) {
                    try (Child child = new Child(tool.command())) {
                        Pause.seconds(SETTLE);
                        long before = stats.runTimeNanos(child);
                        long operations = operations(target, seconds);
                        double perOp = (double) (stats.runTimeNanos(child) - before) / operations;
                        costs.computeIfAbsent(tool, t -> new ArrayList<>()).add(perOp);
                        child.signal("INT");
                        child.await(Duration.ofSeconds(60)).ok();
                    }
                }
            }
        } finally {
            stats.close();
        }
        System.out.printf("%n%s, BPF run time of a hand-over, ns: median (least to most)%n", jdk);
        costs.forEach((tool, nanos) -> System.out.printf(
                "  %-34s %-12s %s%n", tool.what(), tool.name(), Spread.of(nanos).show(0)));
    }

    private static long operations(TargetProcess target, double seconds) {
        Map<String, Long> before = target.account();
        Pause.seconds(seconds);
        return TargetProcess.since(before, target.account()).get("ops");
    }

    private interface Tools {
        List<Tool> of(long pid, Path directory) throws IOException;
    }

    private List<Tool> yieldTools(long pid, Path directory) throws IOException {
        String libc = mapped(pid, "/libc.so.6");
        String libjvm = mapped(pid, "/libjvm.so");
        String file = directory.resolve("out.collapsed").toString();
        String target = Long.toString(pid);
        List<Tool> tools = new ArrayList<>();
        tools.addAll(functionTools(target, "libc:sched_yield", libc, file));
        tools.addAll(functionTools(target, "libjvm:JVM_Yield", libjvm, file));
        String calls = "tracepoint:raw_syscalls:sys_enter /pid == " + pid + "/ "
                + START_AND_HISTOGRAM.formatted("tracepoint:raw_syscalls:sys_exit");
        tools.add(new Tool("bpftrace", "all system calls", bpftrace(target, calls)));
        tools.add(new Tool("javelin", "all system calls", javelin("latency", "--by", "syscall", "syscall:*", target)));
        tools.add(new Tool(
                "javelin", "stacks of system calls", javelin("record", "-e", "syscall:*", "-f", file, target)));
        return tools;
    }

    private List<Tool> markedTools(long pid, Path directory) throws IOException {
        String file = directory.resolve("out.collapsed").toString();
        return functionTools(Long.toString(pid), "libmarked:marked", mapped(pid, "/libmarked.so"), file);
    }

    private static List<Tool> functionTools(String target, String probe, String library, String file) {
        String path = library + probe.substring(probe.indexOf(':'));
        return List.of(
                new Tool("bpftrace", "count " + probe, bpftrace(target, "uprobe:" + path + " { @ = count(); }")),
                new Tool(
                        "javelin",
                        "count " + probe,
                        javelin("record", "-e", "uprobe:" + probe, "-i", "1000000000", "-f", file, target)),
                new Tool(
                        "bpftrace",
                        "latency " + probe,
                        bpftrace(target, "uprobe:" + path + " " + START_AND_HISTOGRAM.formatted("uretprobe:" + path))),
                new Tool("javelin", "latency " + probe, javelin("latency", "uprobe:" + probe, target)),
                new Tool(
                        "javelin",
                        "latency and stacks " + probe,
                        javelin("latency", "-f", file, "uprobe:" + probe, target)),
                new Tool(
                        "javelin",
                        "hits and stacks " + probe,
                        javelin("record", "-e", "uprobe:" + probe, "-f", file, target)));
    }

    private List<Tool> switchTools(long pid, Path directory) {
        String file = directory.resolve("out.collapsed").toString();
        String target = Long.toString(pid);
        return List.of(
                new Tool("offcputime", "off-CPU", List.of("offcputime", "-p", target, "3600")),
                new Tool("javelin", "off-CPU", javelin("record", "-e", "offcpu", "-f", file, target)),
                new Tool(
                        "javelin",
                        "off-CPU, wakers",
                        javelin("record", "-e", "offcpu", "--wakers", "-f", file, target)),
                new Tool("javelin", "wall", javelin("record", "-e", "wall", "-f", file, target)));
    }

    private static List<String> bpftrace(String pid, String program) {
        return List.of("bpftrace", "-p", pid, "-e", program);
    }

    private static List<String> javelin(String... arguments) {
        return JavelinCommand.line(List.of(arguments));
    }

    /** The path of a library that a process has mapped. */
    private static String mapped(long pid, String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/maps")).stream()
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .filter(path -> path.endsWith(name))
                .findFirst()
                .orElseThrow();
    }

    private static void measure(Jdk jdk, List<String> work, Tools tools, int rounds, double seconds, Path directory)
            throws Exception {
        Map<Tool, List<Double>> costs = new LinkedHashMap<>();
        List<Double> bare = new ArrayList<>();
        try (TargetProcess target =
                TargetProcess.start(jdk, List.of("-Xlog:disable"), Callers.class, work.toArray(String[]::new))) {
            List<Tool> all = new ArrayList<>(tools.of(target.pid(), directory));
            Window before = window(target, seconds);
            for (int round = 0; round < rounds; round++) {
                for (Tool tool : List.copyOf(all)) {
                    Window with = with(tool, target, seconds);
                    if (with == null) {
                        all.remove(tool);
                        continue;
                    }
                    Window after = window(target, seconds);
                    double plain = (before.perOp() + after.perOp()) / 2;
                    bare.add(plain);
                    costs.computeIfAbsent(tool, t -> new ArrayList<>()).add(with.perOp() - plain);
                    before = after;
                }
            }
        }
        System.out.printf(
                "%n%s, %s: %s ns without a tool; what each tool adds, ns: median (least to most)%n",
                jdk, work.get(0), Spread.of(bare).show(0));
        costs.forEach((tool, added) -> System.out.printf(
                "  %-34s %-12s %s%n", tool.what(), tool.name(), Spread.of(added).show(0)));
    }

    /** A window with a tool; null if the tool cannot do it here (bpftrace's tracepoints need tracefs mounted). */
    private static Window with(Tool tool, TargetProcess target, double seconds) {
        try (Child child = new Child(tool.command())) {
            Pause.seconds(SETTLE);
            Window window = window(target, seconds);
            if (!child.isAlive()) {
                System.err.println("left out: " + tool + " has ended: " + child.err());
                return null;
            }
            child.signal("INT");
            try {
                child.await(Duration.ofSeconds(60)).ok();
            } catch (AssertionError notEnded) { // bpftrace at times; what it costs was measured before
                System.err.println(notEnded.getMessage());
            }
            return window;
        }
    }

    private static Window window(TargetProcess target, double seconds) {
        Map<String, Long> before = target.account();
        Pause.seconds(seconds);
        Map<String, Long> delta = TargetProcess.since(before, target.account());
        return new Window((double) delta.get("wall") / delta.get("ops"));
    }
}
