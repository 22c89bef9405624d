package dev.javelin.collector.user;

import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One process of a recording. It is recorded in parts: what it has not written to an end is lost with the process. Each part lasts as long as all before
 * it together, so that at most half is lost, and yet hours have few: HotSpot keeps a list of all commands that an agent was ever given. Used by one
 * thread.
 */
final class UserTarget implements AutoCloseable {
    /** The first part; tests have a shorter one. */
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(Long.getLong("javelin.user.part", 20_000));

    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);
    /** What is added to a part before the profiler stops by itself, where this process was killed. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(40);
    /** A part that has become so large ends early. */
    private static final long LARGE_BYTES = 32 << 20;

    /** What a process writes can keep a reader busy for ever. */
    private static final Duration READ = Duration.ofSeconds(60);

    /** Parts, one after the other, that somebody else has ended: more would be, too. */
    private static final int MOST_EARLY = 3;

    private static final long NANOS_PER_TICK = 1_000_000_000L / ProcessInfo.TICKS_PER_SECOND;

    private final Engine engine;
    private final Failures failures = new Failures();
    private long partNanos;
    private long partBegan;
    private long partEnded;
    private int parts;
    private long partsNanos;
    private long pausedNanos;
    private long lostNanos;
    private long failedAt;
    private int early;
    private long skipped;
    private long ticksBefore;
    private long cpuNanos;

    /** Records a process. */
    UserTarget(Engine engine) {
        this.engine = engine;
    }

    /** How long the next part is to last. */
    static long partNanos(long recordedNanos) {
        return Math.min(Math.max(recordedNanos, FIRST_NANOS), LONGEST_NANOS);
    }

    ProcessInfo process() {
        return engine.process();
    }

    /** What records it. */
    Engine engine() {
        return engine;
    }

    String runtime() {
        return engine.runtime();
    }

    boolean isAlive() {
        return engine.isAlive();
    }

    /** Number of parts that were begun. */
    int parts() {
        return parts;
    }

    /** Nanoseconds between its parts. */
    long pausedNanos() {
        return pausedNanos;
    }

    /**
     * Nanoseconds of parts that could not be had.
     *
     * @param end {@link System#nanoTime} when the recording ended
     */
    long lostNanos(long end) {
        return lostNanos + (failedAt == 0 || !isAlive() ? 0 : Math.max(0, end - failedAt));
    }

    /** What could not be done; of many the first. */
    List<JavelinException> failures() {
        return failures.told(process().pid());
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
        partNanos = partNanos(partsNanos);
        engine.start(Duration.ofNanos(partNanos + GRACE_NANOS));
        partBegan = System.nanoTime();
        parts++;
        pausedNanos += partEnded == 0 ? 0 : partBegan - partEnded;
        ticksBefore = ticks();
    }

    /**
     * Whether to {@link #goOn}.
     *
     * @param left nanoseconds up to the end of the recording: where that is near, the part goes on until then
     */
    boolean isPartOver(long left) {
        boolean late = System.nanoTime() - partBegan >= partNanos && left > GRACE_NANOS / 2;
        return late || !isAlive() || engine.recordedBytes() > LARGE_BYTES;
    }

    /**
     * Ends the part and begins the next; what was recorded is read after that, so that the pause is short.
     *
     * @return false if this process is given up; what it has failed by is among {@link #failures}
     */
    boolean goOn(Samples samples) {
        Part part = end();
        if (part == null) {
            return false;
        }
        boolean begun = isAlive() && attempt(this::begin);
        boolean taken = take(part, samples);
        if (begun && taken && early < MOST_EARLY) {
            return true;
        }
        failedAt = begun ? partBegan : part.ended;
        close();
        return false;
    }

    /** A part that was ended: what was recorded, from when to when. */
    record Part(Engine.Recorded recorded, long began, long ended) {
        long nanos() {
            return ended - began;
        }
    }

    /** Ends the last part; null if it is lost. */
    Part end() {
        long ticks = ticks();
        cpuNanos =
                ticks < 0 || ticksBefore < 0 || cpuNanos < 0 ? -1 : cpuNanos + (ticks - ticksBefore) * NANOS_PER_TICK;
        partEnded = System.nanoTime();
        partsNanos += partEnded - partBegan;
        try {
            Part part = new Part(engine.stop(), partBegan, partEnded);
            skipped += part.recorded.skipped();
            return part;
        } catch (JavelinException e) {
            failures.add(e);
            lostNanos += partEnded - partBegan;
            failedAt = partEnded;
            return null;
        }
    }

    /** Takes what a part has recorded; false if that cannot be had. */
    boolean take(Part part, Samples samples) {
        early = part.recorded.hadEnded() ? early + 1 : 0;
        long[] told = new long[1];
        boolean taken = attempt(() -> told[0] = read(part, samples));
        if (!taken) {
            lostNanos += part.nanos();
        } else if (part.recorded.hadEnded()) {
            lostNanos += part.nanos() - told[0];
            failures.add(JavelinException.failed(
                    engine.name() + " in process " + process().pid() + " had ended after "
                            + TimeUnit.NANOSECONDS.toSeconds(told[0])
                            + " s before it was told to: somebody else has stopped it,"
                            + " or javelin was held up"));
        }
        return taken;
    }

    private boolean attempt(Runnable step) {
        try {
            step.run();
            return true;
        } catch (JavelinException e) {
            failures.add(e);
            return false;
        }
    }

    /** In a thread of its own, which may never come back. */
    private long read(Part part, Samples samples) {
        int pid = process().pid();
        FutureTask<Long> task = new FutureTask<>(() -> part.recorded.take(samples, pid, part.began, System.nanoTime()));
        Thread thread = new Thread(task, "javelin-jfr");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(READ.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            samples.cancel();
            throw JavelinException.failed(
                    "what " + engine.name() + " has recorded of process " + pid + " cannot be read", e);
        } catch (InterruptedException e) {
            samples.cancel();
            Thread.currentThread().interrupt();
            throw JavelinException.failed("interrupted", e);
        } catch (ExecutionException e) {
            if (!isAlive()) {
                throw JavelinException.failed(
                        "process " + pid + " was killed, and what was recorded last went with it", e);
            }
            if (e.getCause() instanceof JavelinException known) {
                throw known;
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
        engine.close();
    }
}
