package dev.javelin.collector.user;

import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import dev.javelin.flamegraph.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.EventType;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Takes the samples of a file that HotSpot's JFR has written. Events of other recordings, which went on at the same time, are in it as well, and their
 * settings were joined with Javelin's: what is more frequent or shorter than asked for is weighed or left out accordingly. Used by one thread.
 */
final class FlightSamples {
    private static final Pattern PERIOD = Pattern.compile("(\\d{1,12}) (ns|us|ms|s)");
    /** Locks of java.util.concurrent, as async-profiler knows them: others park for want of work (lockTracer.cpp). */
    private static final Pattern LOCKS = Pattern.compile(
            "java\\.util\\.concurrent\\.(locks\\.ReentrantLock|locks\\.ReentrantReadWriteLock|Semaphore).*");

    private static final Frame UNKNOWN = Frame.marker("[unknown]");
    private static final String DEPTH = "frame limit";
    private static final String NO_STACK = "no stack";
    /** Stacks that are known again at once; files have some thousand. */
    private static final int MOST_KNOWN = 1 << 16;

    private final Path jfr;
    private final Samples.Reading reading;
    /** For its stacks, which all events share. */
    private final Profile profile;
    /** Those that are taken. */
    private final Map<ProfilerEvent, UserEvent> events = new EnumMap<>(ProfilerEvent.class);

    private final int maxDepth;
    private final int pid;
    private final long from;
    private final long to;
    /** What is added to nanoseconds of the wall clock for {@link System#nanoTime}. */
    private final long offset;

    private final Map<RecordedStackTrace, Stack> known = new HashMap<>();
    private long period;
    private long lostBytes;

    /** A stack without the class on top of it. */
    private static final class Stack {
        private final int[] frames;
        private final int depth;
        private final String incomplete;

        Stack(int[] frames, int depth, String incomplete) {
            this.frames = frames;
            this.depth = depth;
            this.incomplete = incomplete;
        }
    }

    /**
     * For one file.
     *
     * @param from {@link System#nanoTime} when it was begun
     * @param to the same now
     */
    FlightSamples(Path jfr, Samples.Reading reading, int pid, long from, long to) {
        this.jfr = jfr;
        this.reading = reading;
        this.profile = reading.samples().profile();
        reading.samples().events().forEach(event -> events.put(event.kind(), event));
        this.maxDepth = reading.samples().maxDepth();
        this.pid = pid;
        this.from = from;
        this.to = to;
        this.offset = System.nanoTime() - nanos(Instant.now());
    }

    private static long nanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }

    /**
     * Takes its samples.
     *
     * @throws IOException if it is no JFR file, or the report cannot be written; some of its samples may have been taken
     */
    void read() throws IOException {
        UserEvent cpu = events.get(ProfilerEvent.CPU);
        period = cpu == null ? 0 : period(cpu.interval());
        try (RecordingFile file = new RecordingFile(jfr)) {
            while (file.hasMoreEvents()) {
                RecordedEvent next = file.readEvent();
                reading.take(() -> take(next));
            }
        }
    }

    /** Bytes of events for which JFR had no room. */
    long lostBytes() {
        return lostBytes;
    }

    /** What stands for each sample: another recording may ask for more of them. */
    private long period(long interval) throws IOException {
        long least = FlightSettings.period(interval);
        try (RecordingFile file = new RecordingFile(jfr)) {
            long sampled = file.readEventTypes().stream()
                    .filter(type -> type.getName().equals(FlightSettings.EXECUTION))
                    .mapToLong(EventType::getId)
                    .findFirst()
                    .orElse(-1);
            while (file.hasMoreEvents()) {
                RecordedEvent next = file.readEvent();
                reading.take(() -> {});
                if (isNamed(next, FlightSettings.ACTIVE_SETTING)
                        && next.getLong("id") == sampled
                        && "period".equals(next.getString("name"))) {
                    least = Math.min(least, period(next.getString("value"), least));
                }
            }
        }
        return least;
    }

    /** Nanoseconds of {@code 10 ms}; otherwise what is given. */
    static long period(String text, long otherwise) {
        Matcher period = PERIOD.matcher(text == null ? "" : text);
        if (!period.matches()) {
            return otherwise;
        }
        TimeUnit unit = switch (period.group(2)) {
            case "ns" -> TimeUnit.NANOSECONDS;
            case "us" -> TimeUnit.MICROSECONDS;
            case "ms" -> TimeUnit.MILLISECONDS;
            default -> TimeUnit.SECONDS;
        };
        long nanos = unit.toNanos(Long.parseLong(period.group(1)));
        return nanos > 0 ? nanos : otherwise;
    }

    private static boolean isNamed(RecordedEvent next, String name) {
        return next.getEventType().getName().equals(name);
    }

    private void take(RecordedEvent next) {
        switch (next.getEventType().getName()) {
            case FlightSettings.EXECUTION -> {
                if (events.containsKey(ProfilerEvent.CPU)) {
                    sample(next, events.get(ProfilerEvent.CPU));
                }
            }
            case FlightSettings.IN_NEW_TLAB -> allocated(next, "tlabSize");
            case FlightSettings.OUTSIDE_TLAB -> allocated(next, "allocationSize");
            case FlightSettings.MONITOR_ENTER -> waited(next, next.getClass("monitorClass"));
            case FlightSettings.PARK -> {
                RecordedClass blocker = next.getClass("parkedClass");
                if (blocker != null && LOCKS.matcher(blocker.getName()).matches()) {
                    waited(next, blocker);
                }
            }
            case FlightSettings.DATA_LOSS -> lostBytes += Math.max(0, next.getLong("amount"));
            default -> {
                // another recording's
            }
        }
    }

    private void sample(RecordedEvent next, UserEvent event) {
        Stack stack = stack(next.getStackTrace());
        event.walks().add(stack.incomplete, stack.depth, 1);
        event.profile().sample(time(next), thread(next.getThread("sampledThread")), 0, id(stack, null), period);
    }

    private void allocated(RecordedEvent next, String size) {
        UserEvent event = events.get(ProfilerEvent.ALLOC);
        if (event != null) {
            counted(next, event, next.getClass("objectClass"), next.getLong(size));
        }
    }

    private void waited(RecordedEvent next, RecordedClass lock) {
        Duration duration = next.getDuration();
        UserEvent event = events.get(ProfilerEvent.LOCK);
        if (event != null && duration.toNanos() >= event.interval()) {
            counted(next, event, lock, duration.toNanos());
        }
    }

    private void counted(RecordedEvent next, UserEvent event, RecordedClass type, long value) {
        Stack stack = stack(next.getStackTrace());
        event.walks().add(stack.incomplete, stack.depth, 1);
        event.profile()
                .addAggregate(
                        time(next), thread(next.getThread()), id(stack, type), event.name(), 1, Math.max(0, value));
    }

    private long time(RecordedEvent next) {
        return Math.max(from, Math.min(nanos(next.getStartTime()) + offset, to));
    }

    /** Virtual threads have no number of the kernel's, and few have a name. */
    private int thread(RecordedThread thread) {
        if (thread == null) {
            return profile.thread(pid, 0, "", null);
        }
        int tid = (int) Math.max(0, thread.getOSThreadId());
        String name = thread.getJavaName();
        if (name == null) {
            return profile.thread(pid, tid, thread.getOSName() == null ? "" : thread.getOSName(), null);
        }
        return profile.thread(pid, tid, "", name.isEmpty() ? "[virtual thread]" : name);
    }

    private int id(Stack stack, RecordedClass top) {
        int[] ids = new int[stack.frames.length + 1];
        int count = 0;
        if (top != null) {
            ids[count++] = profile.frame(Frame.symbol(FrameType.INLINED, Stacks.readable(slashed(top)), null));
        }
        System.arraycopy(stack.frames, 0, ids, count, stack.frames.length);
        return profile.stack(ids, 0, count + stack.frames.length);
    }

    private Stack stack(RecordedStackTrace trace) {
        if (known.size() > MOST_KNOWN) {
            known.clear();
        }
        return trace == null ? make(List.of(), NO_STACK) : known.computeIfAbsent(trace, this::make);
    }

    private Stack make(RecordedStackTrace trace) {
        List<RecordedFrame> frames = trace.getFrames();
        boolean cut = trace.isTruncated() || frames.size() > maxDepth;
        return make(frames.subList(0, Math.min(frames.size(), maxDepth)), cut ? DEPTH : null);
    }

    private Stack make(List<RecordedFrame> frames, String incomplete) {
        int[] ids = new int[frames.size() + (incomplete == null ? 0 : 1)];
        for (int i = 0; i < frames.size(); i++) {
            ids[i] = profile.frame(frame(frames.get(i)));
        }
        if (incomplete != null) {
            ids[frames.size()] = profile.frame(Frame.marker("[incomplete: " + incomplete + "]"));
        }
        return new Stack(ids, frames.size(), incomplete);
    }

    private static Frame frame(RecordedFrame frame) {
        RecordedMethod method = frame.getMethod();
        if (method == null || method.getName() == null) {
            return UNKNOWN;
        }
        return Frame.java(
                type(frame.getType()),
                slashed(method.getType()),
                method.getName(),
                method.getDescriptor(),
                Math.max(0, frame.getLineNumber()),
                frame.getBytecodeIndex());
    }

    /** Native ones are Java's native methods. Which compiler it was is not told. */
    private static FrameType type(String type) {
        return switch (type == null ? "" : type) {
            case "Interpreted" -> FrameType.INTERPRETED;
            case "Inlined" -> FrameType.INLINED;
            default -> FrameType.JIT_COMPILED;
        };
    }

    private static String slashed(RecordedClass type) {
        return type == null || type.getName() == null ? "" : type.getName().replace('.', '/');
    }
}
