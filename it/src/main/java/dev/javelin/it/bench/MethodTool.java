package dev.javelin.it.bench;

import dev.javelin.collector.attach.MethodProbe;
import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.it.harness.AsyncProfiler;
import dev.javelin.it.harness.Jdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Who probes the method of {@link MethodCost}; as a program, it holds the probe in a process until its input says something. */
public enum MethodTool {
    NONE("without", false),
    LATENCY("javelin, latency", false),
    AFTER_LATENCY("  after it was taken out", true),
    SLOTS("javelin, with slots", false),
    AFTER_SLOTS("  after it was taken out", true),
    TRACE("async-profiler, trace", false),
    AFTER_TRACE("  after it was stopped", true),
    TRACE_ALL("async-profiler, each call", false);

    private static final String METHOD = MethodCost.class.getName() + ".called";

    private final String what;
    private final boolean takenOut;

    MethodTool(String what, boolean takenOut) {
        this.what = what;
        this.takenOut = takenOut;
    }

    /** Its name in the table. */
    String what() {
        return what;
    }

    /** Whether it is measured what comes after it. */
    boolean isTakenOut() {
        return takenOut;
    }

    /** The number of a process, and the tool. */
    public static void main(String[] arguments) throws Exception {
        try (AutoCloseable in = valueOf(arguments[1]).putIn(Long.parseLong(arguments[0]))) {
            System.out.println("in");
            if (System.in.read() < 0) {
                throw new IOException("whom the probe is for has gone: " + in);
            }
        }
    }

    private AutoCloseable putIn(long pid) throws IOException {
        List<ProbeSpec> method = List.of(ProbeSpec.parse("java:" + METHOD));
        return switch (this) {
            case NONE -> () -> {};
            case LATENCY, AFTER_LATENCY ->
                MethodProbes.attach(
                        (int) pid, List.of(MethodProbe.measured(method.get(0).methods())));
            case SLOTS, AFTER_SLOTS ->
                MethodProbes.attach(
                        (int) pid, List.of(MethodProbe.watched(method.get(0).methods(), Long.MAX_VALUE)));
            case TRACE, AFTER_TRACE -> trace(pid, ":10s"); // a threshold that no call reaches: nothing is told
            case TRACE_ALL -> trace(pid, "");
        };
    }

    private static AutoCloseable trace(long pid, String threshold) throws IOException {
        AsyncProfiler profiler = new AsyncProfiler(Jdk.find(17).orElseThrow()); // its jcmd serves for all
        Path file = Files.createTempFile("javelin-bench", ".jfr");
        profiler.start(pid, "trace=" + METHOD + threshold + ",file=" + file);
        return () -> {
            profiler.stop(pid, "file=" + file);
            Files.delete(file);
        };
    }
}
