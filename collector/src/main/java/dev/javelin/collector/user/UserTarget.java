package dev.javelin.collector.user;

import dev.javelin.collector.attach.AsyncProfiler;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One process of a recording. It is recorded in parts: no more than one is lost with the process, and async-profiler stops soon by itself
 * where this process was killed. Used by one thread.
 */
final class UserTarget implements AutoCloseable {
    /** What a process writes can keep a reader busy for ever. */
    private static final Duration READ = Duration.ofSeconds(60);

    private static final long NANOS_PER_TICK = 1_000_000_000L / ProcessInfo.TICKS_PER_SECOND;

    private final AsyncProfiler profiler;
    private final String options;
    private final Duration longestPart;
    private long partBegan;
    private long partEnded;
    private long pausedNanos;
    private long skipped;
    private long ticksBefore;
    private long cpuNanos;

    /**
     * Prepares a process.
     *
     * @param options those of async-profiler
     * @param longestPart after which a part ends by itself
     */
    UserTarget(AsyncProfiler profiler, String options, Duration longestPart) {
        this.profiler = profiler;
        this.options = options;
        this.longestPart = longestPart;
    }

    ProcessInfo process() {
        return profiler.process();
    }

    String runtime() {
        return profiler.runtime();
    }

    boolean isAlive() {
        return profiler.isAlive();
    }

    /** Nanoseconds between its parts. */
    long pausedNanos() {
        return pausedNanos;
    }

    /** Samples that the profiler had no room for. */
    long skipped() {
        return skipped;
    }

    /** CPU time by the kernel's account while samples were taken, in nanoseconds; -1 if it is not known, as the process has ended. */
    long cpuNanos() {
        return cpuNanos;
    }

    /** Begins a part. */
    void begin() {
        profiler.start(options, longestPart);
        partBegan = System.nanoTime();
        pausedNanos += partEnded == 0 ? 0 : partBegan - partEnded;
        ticksBefore = ticks();
    }

    /** Ends the part, and takes what it has recorded. */
    void end(Samples samples) {
        long ticks = ticks();
        cpuNanos =
                ticks < 0 || ticksBefore < 0 || cpuNanos < 0 ? -1 : cpuNanos + (ticks - ticksBefore) * NANOS_PER_TICK;
        partEnded = System.nanoTime();
        AsyncProfiler.Recorded recorded = profiler.stop();
        skipped += recorded.skipped();
        read(recorded, samples);
    }

    private void read(AsyncProfiler.Recorded recorded, Samples samples) {
        int pid = process().pid();
        FutureTask<Void> task = new FutureTask<>(() -> {
            samples.add(recorded.jfr(), pid, partBegan, System.nanoTime());
            return null;
        });
        Thread thread = new Thread(task, "javelin-jfr");
        thread.setDaemon(true);
        thread.start();
        try {
            task.get(READ.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw JavelinException.failed("what async-profiler has recorded of process " + pid + " cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw JavelinException.failed("interrupted", e);
        } catch (ExecutionException e) {
            if (!isAlive()) {
                throw JavelinException.failed(
                        "process " + pid + " was killed, and what was recorded last went with it", e);
            }
            throw JavelinException.failed("process " + pid + ": " + e.getCause().getMessage(), e);
        }
    }

    private long ticks() {
        try {
            return ProcessInfo.cpuTicks(process().pid());
        } catch (IOException e) {
            return -1;
        }
    }

    @Override
    public void close() {
        profiler.close();
    }
}
