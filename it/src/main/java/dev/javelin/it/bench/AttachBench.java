package dev.javelin.it.bench;

import dev.javelin.collector.attach.MethodProbe;
import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.ClassLoading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is left in a JVM of having been attached to again and again. */
final class AttachBench implements Bench {
    private static final Pattern COMMITTED = Pattern.compile("(Total|[A-Z][\\w ]+)[:(].*?committed=(\\d+)KB");
    private static final int WARM = 5;

    @Override
    public String what() {
        return "what attaching leaves in an application that loads classes [--times 1000 --busy 1]";
    }

    @Override
    public void run(Options options) throws Exception {
        for (Jdk jdk : options.jdks()) {
            measure(jdk, options.number("times", 1_000), options.number("busy", 1) > 0);
        }
    }

    private static void measure(Jdk jdk, int times, boolean busy) throws Exception {
        List<String> flags = List.of("-XX:NativeMemoryTracking=summary", "-Xlog:disable", "-Xmx256m");
        try (TargetProcess target = TargetProcess.start(jdk, flags, ClassLoading.class)) {
            if (!busy) {
                target.ask("pause");
            }
            attach(target, WARM);
            Map<String, Long> before = figures(jdk, target);
            List<Double> millis = attach(target, times);
            Map<String, Long> after = figures(jdk, target);
            System.out.printf(
                    "%n%s, %s: %,d times attached, %s ms each; %s%n",
                    jdk,
                    busy ? "classes are loaded meanwhile" : "idle",
                    times,
                    Spread.of(millis).show(0),
                    target.account());
            System.out.printf("  %-28s %12s %12s%n", "", "before", "after");
            before.forEach((name, value) -> System.out.printf("  %-28s %,12d %,12d%n", name, value, after.get(name)));
        }
    }

    private static List<Double> attach(TargetProcess target, int times) {
        String method = ClassLoading.NAMES.replace("*", "7") + ".answer";
        MethodProbe probe =
                MethodProbe.watched(ProbeSpec.parse("java:" + method).methods(), Long.MAX_VALUE);
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            MethodProbes.attach((int) target.pid(), List.of(probe)).close();
            millis.add((System.nanoTime() - start) / 1e6);
        }
        return millis;
    }

    private static Map<String, Long> figures(Jdk jdk, TargetProcess target) {
        Pause.seconds(1); // the last agent is leaving
        Map<String, Long> figures = new TreeMap<>();
        figures.put("heap, bytes", Long.parseLong(target.ask("heap")));
        figures.put("resident, kB", (long) ProcFile.status(target.pid(), "VmRSS"));
        figures.put("threads", (long) ProcFile.status(target.pid(), "Threads"));
        figures.put("open files", ProcFile.files(target.pid()));
        String pid = Long.toString(target.pid());
        Matcher committed = COMMITTED.matcher(Child.run(jdk.tool("jcmd").toString(), pid, "VM.native_memory", "summary")
                .ok()
                .out());
        while (committed.find()) {
            figures.put("JVM's " + committed.group(1).strip() + ", kB", Long.parseLong(committed.group(2)));
        }
        return figures;
    }
}
