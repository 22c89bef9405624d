package dev.javelin.collector.cli;

import dev.javelin.bpf.PerfAttr;
import dev.javelin.collector.attach.MethodProbe;
import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.probe.ProbeResolver;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.AttachPoint;
import dev.javelin.collector.walker.ProbeRow;
import dev.javelin.collector.walker.ProbeRow.What;
import dev.javelin.collector.walker.Probes;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The options that say what is sampled, how often and for how long. */
final class SampleSettings {
    /** The event that is sampled if none is named. */
    static final String CPU = "cpu";
    /** Events of the scheduler, which are measured and not sampled. */
    private static final String OFF_CPU = "offcpu";

    private static final String RUN_QUEUE = "runq";
    /** Off the CPU, and on it, where the clock takes samples. */
    private static final String WALL = "wall";
    /** Events of user-space mode only. */
    private static final String ALLOC = "alloc";

    private static final String LOCK = "lock";

    private static final long DEFAULT_INTERVAL_NANOS = 10_000_000;
    private static final long MIN_INTERVAL_NANOS = 100_000;
    private static final long MAX_INTERVAL_NANOS = 10_000_000_000L;
    private static final int MAX_FREQUENCY = 10_000;
    private static final long DEFAULT_INTERVAL_BYTES = 524_288;
    private static final long DEFAULT_LOCK_NANOS = 10_000;
    private static final long DEFAULT_INTERVAL_EVENTS = 1_000_000;
    private static final long MIN_INTERVAL_EVENTS = 1_000;
    private static final int MAX_DEPTH = 2_048;
    private static final long MAX_DURATION_NANOS = Duration.ofDays(30).toNanos();

    @Option(
            names = {"-e", "--event"},
            paramLabel = "EVENT",
            defaultValue = CPU,
            description =
                    "What to record: cpu (the default); offcpu, the time off the CPU; wall, on and off the CPU; runq, the time"
                            + " from being able to run to running; a probe: uprobe:LIB:FUNC, uretprobe:LIB:FUNC, usdt:LIB:PROVIDER:NAME,"
                            + " tracepoint:CATEGORY:NAME or syscall:NAME, perhaps with a condition: 'syscall:read /retval > 4096/'; or a hardware event"
                            + " such as cycles or cache-misses. With --mode user: cpu, wall, alloc or lock.")
    private String event;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "TIME",
            description = "How long, for example 30s or 2m; a bare number is seconds. Until Ctrl-C if left out.")
    private String duration;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            description = "Time between two samples, for example 1ms (default: 10ms; a bare number is nanoseconds);"
                    + " for hardware events how many make a sample (default: 1m), for alloc how many bytes (default: 524288),"
                    + " for lock how long a wait (default: 10us).")
    private String interval;

    @Option(
            names = {"-F", "--frequency"},
            paramLabel = "HZ",
            description = "Samples a second and CPU, instead of -i.")
    private String frequency;

    @Option(
            names = {"-j", "--depth"},
            paramLabel = "FRAMES",
            defaultValue = "512",
            description = "The most frames of a stack, up to 2048 (default: 512).")
    private String depth;

    @Option(
            names = "--wakers",
            description = "With -e offcpu or wall: above each wait the stack of who ended it, upside down.")
    private boolean wakers;

    @Option(
            names = "--by",
            paramLabel = "KEY",
            description =
                    "With a probe: a frame at the root of each stack for arg0 to arg5, retval, thread, cpu or syscall.")
    private String by;

    @Option(
            names = "--value",
            paramLabel = "VALUE",
            description =
                    "With a probe: sum up retval, or arg0 to arg5, for example the bytes that were read, instead of counting hits.")
    private String value;

    /** A loop looks for the same probes each time. */
    private final Set<String> remarked = new HashSet<>();

    private Consumer<String> remarks = remark -> {};

    /** What users should know of the probes that were found goes there, a line each, once. */
    void onRemark(Consumer<String> messages) {
        remarks = messages;
    }

    /**
     * The event's name.
     *
     * @throws JavelinException if it is unknown
     */
    String event() {
        if (!isSpec() && event.contains(",")) {
            throw JavelinException.usage("-e " + event
                    + ": one event at a time can be recorded; -e wall is the time on and off the CPU together");
        }
        if (isSpec()) {
            spec();
        } else if (!isClock() && !isMeasured() && !isOfUserSpace() && !isHardware(event)) {
            throw JavelinException.usage("-e " + event
                    + ": unknown event; known are cpu, offcpu, wall, runq, with --mode user alloc and lock, probes such as uprobe:libc:fsync, and, where the processor's counters"
                    + " can be used, " + hardwareNames() + ", rNNN");
        }
        return event;
    }

    /**
     * Fails if the mode cannot record this event.
     *
     * @param userMode how the other mode is asked for
     * @throws JavelinException with the reason
     */
    void check(Mode mode, String userMode) {
        if (mode == Mode.KERNEL && isOfUserSpace()) {
            throw JavelinException.usage("-e " + event
                    + ": only user-space mode has it, which loads a library into the process: add " + userMode);
        }
        String why = onlyByKernel();
        if (mode == Mode.USER && !why.isEmpty()) {
            throw JavelinException.usage("--mode user: " + why);
        }
    }

    /** Whether kernel mode cannot record it. */
    boolean isOfUserSpace() {
        return event.equals(ALLOC) || event.equals(LOCK);
    }

    /** Why user-space mode cannot record it; empty if it can. */
    String onlyByKernel() {
        if (wakers) {
            return "--wakers needs the kernel, which sees who wakes whom";
        }
        if (isClock() || isOfUserSpace()) {
            return "";
        }
        String what = "-e " + event + " ";
        if (isMeasured()) {
            return what + "needs the kernel, which sees every switch of a thread; -e wall samples waiting threads";
        }
        return isSpec()
                ? what + "is a probe, which only the kernel can set; there are cpu, wall, alloc and lock"
                : what
                        + "is counted by the processor, which only the kernel lets us read; there are cpu, wall, alloc and lock";
    }

    /** What hits of a probe are told apart by. */
    CallKey key() {
        if (by != null && !isSpec()) {
            throw JavelinException.usage(
                    "--by " + by + ": -e " + event + " has no such values; use it with a probe, or -t for threads");
        }
        return new CallKey(by);
    }

    /** What is summed up of each hit of a probe; null for nothing. */
    What value() {
        if (value != null && !isSpec()) {
            throw JavelinException.usage(
                    "--value " + value + ": -e " + event + " has no such values; use it with a probe");
        }
        if (value != null && period() != 1) {
            throw JavelinException.usage("-i " + interval + ": the sum of --value " + value
                    + " would be that of a few: leave out -i, every hit is taken");
        }
        return CallValue.of(value);
    }

    /** Whether the stacks of those who end waits are asked for. */
    boolean wakers() {
        return wakers;
    }

    /** The duration; null if the recording is to go on until it is stopped. */
    Duration duration() {
        return duration == null ? null : duration("-d", duration);
    }

    /**
     * Reads the value of {@code -d}.
     *
     * @throws JavelinException if it is no duration above 0
     */
    static Duration duration(String text) {
        return duration("-d", text);
    }

    /** Reads the value of an option that takes a duration. */
    static Duration duration(String option, String text) {
        long nanos = nanos(option, text, "s");
        if (nanos <= 0 || nanos > MAX_DURATION_NANOS) {
            throw JavelinException.usage(
                    option + " " + text + ": the duration must be more than 0 and at most 30 days");
        }
        return Duration.ofNanos(nanos);
    }

    /** Nanoseconds between two samples of a CPU, or events to a sample. */
    long interval() {
        if (frequency != null && interval != null) {
            throw JavelinException.usage("-i and -F say the same in two ways: give one of them");
        }
        if (isSpec()) {
            if (frequency != null) {
                throw JavelinException.usage(
                        "-F " + frequency + ": probes fire when they do; -i N takes every Nth hit");
            }
            return period();
        }
        if (isMeasured()) {
            if (frequency != null || interval != null) {
                throw JavelinException.usage("-e " + event + ": every event is measured, there is nothing to set with "
                        + (frequency != null ? "-F" : "-i"));
            }
            return 0;
        }
        if (isOfUserSpace()) {
            return intervalOfUserSpace();
        }
        return isClock() ? intervalNanos() : intervalEvents();
    }

    private boolean isClock() {
        return event.equals(CPU) || event.equals(WALL);
    }

    private boolean isMeasured() {
        return event.equals(OFF_CPU) || event.equals(RUN_QUEUE);
    }

    private boolean isSpec() {
        return event.indexOf(':') >= 0;
    }

    private ProbeSpec spec() {
        return ProbeSpec.parse(event);
    }

    private long period() {
        try {
            long hits = interval == null ? 1 : Units.count(interval);
            if (hits >= 1) {
                return hits;
            }
        } catch (IllegalArgumentException e) {
            throw JavelinException.usage("-i: " + e.getMessage());
        }
        throw JavelinException.usage("-i " + interval + ": every how many hits one is taken must be at least 1");
    }

    /**
     * What is recorded instead of samples; none if samples are.
     *
     * @param pids the processes in which probes are set
     * @param methods those on Java methods, see {@link #attach}; null without them
     */
    Probes probes(List<Integer> pids, MethodProbes methods) {
        if (wakers && !event.equals(OFF_CPU) && !event.equals(WALL)) {
            throw JavelinException.usage(
                    "--wakers: -e " + event + " measures no waits; use it with -e offcpu or -e wall");
        }
        if (isSpec()) {
            ProbeResolver resolver = new ProbeResolver(pids, remark -> {
                if (remarked.add(remark)) {
                    remarks.accept(remark);
                }
            });
            if (methods != null && (by != null || value != null)) {
                throw JavelinException.usage((by != null ? "--by" : "--value")
                        + ": calls of Java methods have no values to tell them apart by, or to sum up");
            }
            return new Probes(
                    methods == null
                            ? resolver.hits(spec(), key().what(), period(), value())
                            : List.of(resolver.told(spec(), methods.told(0), false, period())));
        }
        return switch (event) {
            case OFF_CPU -> new Probes(List.of(time(ProbeRow.FLAG_STACKS, new AttachPoint.OffCpu(wakers))));
            case RUN_QUEUE -> new Probes(List.of(time(ProbeRow.FLAG_STACKS, new AttachPoint.RunQueue())));
            case WALL ->
                new Probes(List.of(
                        time(ProbeRow.FLAG_STACKS, new AttachPoint.OffCpu(wakers)), time(0, new AttachPoint.OnCpu())));
            default -> Probes.NONE;
        };
    }

    /** Puts the probes on Java methods in that are to be recorded; null if something else is. */
    MethodProbes attach(Targets targets) {
        if (!isSpec() || spec().methods() == null) {
            return null;
        }
        if (targets.all() || targets.processes().size() != 1) {
            throw JavelinException.usage("-e " + event + ": Java methods are probed in one process: name it");
        }
        return MethodProbes.attach(targets.processes().get(0).pid(), List.of(MethodProbe.told(spec().methods())));
    }

    private Probes.Probe time(int flags, AttachPoint point) {
        ProbeRow row = new ProbeRow(flags, What.DURATION, What.ONE, 1, List.of(), List.of());
        return new Probes.Probe(event, null, row, List.of(point));
    }

    /** The interval for the user to read. */
    String shownInterval() {
        if (isSpec()) {
            return period() == 1
                    ? "(" + (value == null ? "" : value + " of ") + "every hit)"
                    : "(every " + period() + "th hit)";
        }
        if (isMeasured()) {
            return "time";
        }
        if (event.equals(ALLOC)) {
            return "every " + interval() + " bytes";
        }
        return isClock() || event.equals(LOCK)
                ? "every " + Units.duration(interval())
                : "every " + interval() + " events";
    }

    /** The most frames of a stack. */
    int depth() {
        int frames = integer(depth);
        if (frames < 1 || frames > MAX_DEPTH) {
            throw JavelinException.usage("-j " + depth + ": the depth must be a number from 1 to " + MAX_DEPTH);
        }
        return frames;
    }

    private long intervalNanos() {
        if (frequency != null) {
            int hertz = integer(frequency);
            if (hertz < 1 || hertz > MAX_FREQUENCY) {
                throw JavelinException.usage(
                        "-F " + frequency + ": the frequency must be a number from 1 to " + MAX_FREQUENCY + " (Hz)");
            }
            return 1_000_000_000L / hertz;
        }
        return interval == null ? DEFAULT_INTERVAL_NANOS : clockInterval(interval);
    }

    /** Reads the time between two samples of a CPU, the value of {@code -i}; nanoseconds. */
    static long clockInterval(String interval) {
        long nanos = nanos("-i", interval, "ns");
        if (nanos < MIN_INTERVAL_NANOS || nanos > MAX_INTERVAL_NANOS) {
            throw JavelinException.usage("-i " + interval + ": the interval must be from 100us to 10s");
        }
        return nanos;
    }

    private long intervalOfUserSpace() {
        if (frequency != null) {
            throw JavelinException.usage("-F " + frequency + ": -e " + event + " is not sampled by time; -i says "
                    + (event.equals(ALLOC) ? "how many bytes make a sample" : "which waits make a sample"));
        }
        if (event.equals(LOCK)) {
            return interval == null ? DEFAULT_LOCK_NANOS : atLeastOne(nanos("-i", interval, "ns"));
        }
        try {
            return interval == null ? DEFAULT_INTERVAL_BYTES : atLeastOne(Units.count(interval));
        } catch (IllegalArgumentException e) {
            throw JavelinException.usage("-i: " + e.getMessage());
        }
    }

    private long atLeastOne(long value) {
        if (value < 1) {
            throw JavelinException.usage("-i " + interval + ": the interval must be at least 1");
        }
        return value;
    }

    private long intervalEvents() {
        if (frequency != null) {
            throw JavelinException.usage("-F " + frequency + ": " + event
                    + " is sampled by its own count; say with -i how many make a sample");
        }
        if (interval == null) {
            return DEFAULT_INTERVAL_EVENTS;
        }
        long events;
        try {
            events = Units.count(interval);
        } catch (IllegalArgumentException e) {
            throw JavelinException.usage("-i: " + e.getMessage());
        }
        if (events < MIN_INTERVAL_EVENTS) {
            throw JavelinException.usage("-i " + interval + ": a sample must be at least 1000 events apart");
        }
        return events;
    }

    private static boolean isHardware(String name) {
        return PerfAttr.isKnown(name) && PerfAttr.named(name, 1).isHardware();
    }

    private static String hardwareNames() {
        return PerfAttr.names().stream().filter(SampleSettings::isHardware).collect(Collectors.joining(", "));
    }

    private static long nanos(String option, String text, String bareUnit) {
        try {
            return Units.nanos(text, bareUnit);
        } catch (IllegalArgumentException e) {
            throw JavelinException.usage(option + ": " + e.getMessage());
        }
    }

    /** The number, or -1 if it is none. */
    private static int integer(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }
}
