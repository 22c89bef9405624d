package dev.javelin.collector.user;

import dev.javelin.collector.session.JavelinException;
import dev.javelin.flamegraph.Profile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import one.jfr.JfrReader;
import one.jfr.event.AllocationSample;
import one.jfr.event.ContendedLock;
import one.jfr.event.Event;
import one.jfr.event.ExecutionSample;

/**
 * Takes the samples of async-profiler's JFR files, and of HotSpot's, into a profile. The files come from the target: anything may be in them. Used by one thread at a
 * time; another may {@link #cancel}.
 */
final class Samples {
    /** Called after each event that was taken: a report may write out what has come in. */
    @FunctionalInterface
    interface KeepUp {
        /** Writes, if it is worth while; throws {@link IOException} if it cannot. */
        void keepUp() throws IOException;
    }

    /** A thread that did nothing is told once for all its samples. */
    private static final int MOST_AT_ONCE = 1 << 20;

    private final List<UserEvent> events;
    /** For its stacks, which all events share. */
    private final Profile profile;

    private final int maxDepth;
    private final KeepUp report;
    /** Files so far; who reads another than the last one has been cancelled. Guarded by this, as the profile is while a file is read. */
    private int files;

    private long lostBytes;

    private IOException unwritten;

    /**
     * For one recording.
     *
     * @param events those that are taken, at most one of each kind; other samples are left out
     * @param maxDepth the most frames of a stack
     */
    Samples(List<UserEvent> events, int maxDepth, KeepUp report) {
        this.events = events;
        this.profile = events.get(0).profile();
        this.maxDepth = maxDepth;
        this.report = report;
    }

    /**
     * Takes a file.
     *
     * @param from {@link System#nanoTime} when it was begun
     * @param to the same when it was ended
     * @return for how long it says that was recorded, in nanoseconds
     * @throws IOException if it is no whole JFR file, or the report cannot be written; some of its samples may have been taken
     */
    long add(ByteBuffer jfr, int pid, long from, long to) throws IOException {
        try (JfrReader reader = new JfrReader(jfr)) {
            new File(reader, pid, from, to).read();
            return Math.max(0, Math.min(reader.durationNanos(), to - from));
        } catch (OutOfMemoryError e) {
            throw new IOException(
                    "there is no memory to read what async-profiler has recorded: " + JavelinException.MORE_MEMORY, e);
        } catch (RuntimeException | StackOverflowError e) {
            throw new IOException("what async-profiler has recorded cannot be read: " + e, e);
        }
    }

    /**
     * Takes a file of HotSpot's own JFR, as {@link #add} does.
     *
     * @throws IOException as that does
     */
    long addFlight(Path jfr, int pid, long from, long to) throws IOException {
        FlightSamples file = new FlightSamples(jfr, new Reading(), pid, from, to);
        try {
            file.read();
        } catch (OutOfMemoryError e) {
            throw new IOException(
                    "there is no memory to read what JFR has recorded: " + JavelinException.MORE_MEMORY, e);
        } catch (RuntimeException | StackOverflowError e) {
            throw new IOException("what JFR has recorded cannot be read: " + e, e);
        }
        lost(file.lostBytes());
        return Math.min(FlightChunks.nanos(jfr), to - from);
    }

    private synchronized void lost(long bytes) {
        lostBytes += bytes;
    }

    /** Bytes of events for which JFR had no room. */
    synchronized long lostBytes() {
        return lostBytes;
    }

    Profile profile() {
        return profile;
    }

    List<UserEvent> events() {
        return events;
    }

    int maxDepth() {
        return maxDepth;
    }

    private synchronized int next() {
        return ++files;
    }

    /** When this returns, who reads a file changes nothing any more. */
    void cancel() {
        next();
    }

    /**
     * Fails if the report could not be written.
     *
     * @throws IOException why
     */
    synchronized void checkWritten() throws IOException {
        if (unwritten != null) {
            throw unwritten;
        }
    }

    /**
     * async-profiler adds up the durations of waits, and hands over the one that passes the next multiple of the interval: each that lasts that long,
     * and of shorter ones about one for each interval, which thus stands for so much waiting (lockTracer.cpp of 4.x).
     */
    static long waited(long duration, long interval) {
        return Math.max(duration, interval);
    }

    /** A file that is being read, unless that was cancelled. */
    final class Reading {
        private final int number = next();

        Samples samples() {
            return Samples.this;
        }

        /** Has an event taken. */
        void take(Runnable event) throws IOException {
            synchronized (Samples.this) {
                if (number != files) {
                    throw new IOException("reading was cancelled");
                }
                event.run();
                keepUp();
            }
        }

        private void keepUp() throws IOException {
            try {
                report.keepUp();
            } catch (IOException e) {
                unwritten = e;
                throw e;
            }
        }
    }

    private final class File {
        private final Reading reading = new Reading();
        private final JfrReader reader;
        private final Stacks stacks;
        private final int pid;
        private final long from;
        private final long to;
        private final Map<Integer, Integer> threads = new HashMap<>();

        File(JfrReader reader, int pid, long from, long to) {
            this.reader = reader;
            this.stacks = new Stacks(reader, profile, maxDepth);
            this.pid = pid;
            this.from = from;
            this.to = to;
        }

        void read() throws IOException {
            for (Event next = reader.readEvent(); next != null; next = reader.readEvent()) {
                Event event = next;
                reading.take(() -> take(event));
            }
        }

        private void take(Event next) {
            for (UserEvent event : events) {
                if (next instanceof ExecutionSample sample && event.kind().isSampledByTime()) {
                    sample(event, sample);
                } else if (next instanceof AllocationSample sample && event.kind() == ProfilerEvent.ALLOC) {
                    counted(event, sample, sample.classId, sample.value());
                } else if (next instanceof ContendedLock wait && event.kind() == ProfilerEvent.LOCK) {
                    counted(event, wait, wait.classId, waited(wait.duration, event.interval()));
                }
            }
        }

        private void sample(UserEvent event, ExecutionSample sample) {
            Stacks.Stack stack = stacks.of(sample.stackTraceId, 0);
            int thread = thread(sample.tid);
            int count = Math.max(1, Math.min(sample.samples, MOST_AT_ONCE));
            long interval = event.interval();
            event.walks().add(stack.incomplete(), stack.depth(), count);
            for (int i = 0; i < count; i++) {
                event.profile().sample(time(sample.time + i * interval), thread, 0, stack.id(), interval);
            }
        }

        private void counted(UserEvent event, Event one, int classNumber, long value) {
            Stacks.Stack stack = stacks.of(one.stackTraceId, classNumber);
            event.walks().add(stack.incomplete(), stack.depth(), 1);
            event.profile()
                    .addAggregate(time(one.time), thread(one.tid), stack.id(), event.name(), 1, Math.max(0, value));
        }

        /** The clock is that of {@link System#nanoTime}, unless the target has one of its own. */
        private long time(long told) {
            return Math.max(from, Math.min(told, to));
        }

        private int thread(int tid) {
            return threads.computeIfAbsent(tid, id -> {
                String name = reader.threads.get(id);
                Long javaId = reader.javaThreads.get(id);
                boolean isJava = javaId != null && javaId > 0;
                return profile.thread(pid, id, isJava ? "" : name, isJava ? name : null);
            });
        }
    }
}
