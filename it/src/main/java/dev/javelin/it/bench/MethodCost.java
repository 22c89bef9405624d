package dev.javelin.it.bench;

import dev.javelin.it.harness.Child;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** JMH's: a call of a method that does next to nothing, with a probe on it that {@link MethodTool} has put in from outside, as users do. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MethodCost {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /** Enough that it is compiled with the probe in it, in nanoseconds. */
    private static final long COMPILED = 2_000_000_000;

    private static final int BATCH = 10_000;

    /** A constant's name of {@link MethodTool}. */
    @Param({"NONE"})
    public String tool = "";

    private Child holder;
    private long number;

    /** A call. */
    @Benchmark
    public long call() {
        return called(number++);
    }

    /** The method that is probed. */
    static long called(long number) {
        return number ^ (number << 7);
    }

    /** What no such probe can do without: the clock, twice. */
    @Benchmark
    public long clock() {
        long begin = System.nanoTime();
        return System.nanoTime() - begin;
    }

    /** Has the probe put in, and taken out again where it is what comes after it that is measured. */
    @Setup
    public void putIn() {
        MethodTool wanted = MethodTool.valueOf(tool);
        run();
        if (wanted == MethodTool.NONE) {
            return;
        }
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        holder = new Child(List.of(
                java,
                "-Djavelin.root=" + System.getProperty("javelin.root"),
                "-cp",
                System.getProperty("java.class.path"),
                MethodTool.class.getName(),
                Long.toString(ProcessHandle.current().pid()),
                tool));
        holder.awaitOut(0, "in", PATIENCE);
        run();
        if (wanted.isTakenOut()) {
            takeOut();
        }
    }

    /** Until the compilers are done with it. */
    private void run() {
        long end = System.nanoTime() + COMPILED;
        while (System.nanoTime() < end) {
            batch();
        }
    }

    private void batch() {
        for (int i = 0; i < BATCH; i++) {
            number += called(number);
        }
    }

    /** Has it taken out, if it is not yet. */
    @TearDown
    public void takeOut() {
        if (holder != null) {
            holder.send("out");
            holder.await(PATIENCE).ok();
            holder.close();
            holder = null;
        }
    }
}
