package dev.javelin.collector.cli;

import dev.javelin.collector.attach.MethodProbe;
import dev.javelin.collector.attach.MethodProbes;
import dev.javelin.collector.probe.ProbeResolver;
import dev.javelin.collector.session.EventRequest;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.AttachPoint;
import dev.javelin.collector.walker.ProbeRow;
import dev.javelin.collector.walker.ProbeRow.What;
import dev.javelin.collector.walker.Probes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what is sampled, how often and for how long. */
final class SampleSettings {
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
            paramLabel = "EVENT[,EVENT...]",
            description =
                    "What to record: cpu (the default); offcpu, the time off the CPU; wall, on and off the CPU; runq, the time"
                            + " from being able to run to running; a probe: uprobe:LIB:FUNC, uretprobe:LIB:FUNC, usdt:LIB:PROVIDER:NAME,"
                            + " tracepoint:CATEGORY:NAME or syscall:NAME, perhaps with a condition: 'syscall:read /retval > 4096/'; or a hardware event"
                            + " such as cycles or cache-misses. With --mode user: cpu, wall, alloc or lock."
                            + " Several at once go to a .jfr or .html file.")
    private List<String> event = new ArrayList<>();

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "TIME",
            description = "How long, for example 30s or 2m; a bare number is seconds. Until Ctrl-C if left out.")
    private String duration;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            description =
                    "Time between two samples, for example 1ms (default: 10ms; a bare number is nanoseconds);"
                            + " for hardware events how many make a sample (default: 1m), for alloc how many bytes (default: 524288),"
                            + " for lock how long a wait (default: 10us). Of several events it is meant for the one that is sampled, else for probes.")
    private String interval;

    @Option(
            names = "--alloc",
            paramLabel = "BYTES",
            description =
                    "The event alloc, with a sample each so many bytes, for example 2m: --mode user -e cpu --alloc 2m.")
    private String allocInterval;

    @Option(
            names = "--lock",
            paramLabel = "TIME",
            description = "The event lock, of waits that last so long, for example 10ms.")
    private String lockInterval;

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
    private String depth = "512";

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

    @Mixin
    private ReturnSettings returns = new ReturnSettings();

    /** What was said already: a loop looks for the same probes each time. */
    private final Set<String> said = new HashSet<>();

    private AskedEvents asked;

    /** Sets one of the usual options as picocli would; false if this is none. */
    boolean set(String option, String value) {
        switch (option) {
            case "--event" -> event.add(value);
            case "--interval" -> interval = value;
            case "--frequency" -> frequency = value;
            case "--duration" -> duration = value;
            default -> {
                return false;
            }
        }
        return true;
    }

    /**
     * The events.
     *
     * @throws JavelinException if one is unknown, or two do not go together
     */
    AskedEvents events() {
        if (asked == null) {
            List<String> more = new ArrayList<>();
            if (allocInterval != null) {
                more.add(AskedEvent.ALLOC);
            }
            if (lockInterval != null) {
                more.add(AskedEvent.LOCK);
            }
            asked = AskedEvents.of(event, more);
        }
        return asked;
    }

    /**
     * Fails if the mode cannot record these events.
     *
     * @param userMode how the other mode is asked for
     * @throws JavelinException with the reason
     */
    void check(Mode mode, String userMode) {
        AskedEvent inside = events().first(AskedEvent::isOfUserSpace);
        if (mode == Mode.KERNEL && inside != null) {
            throw JavelinException.usage("-e " + inside.name()
                    + ": only user-space mode has it, which loads a library into the process: add " + userMode);
        }
        String why = onlyByKernel();
        if (mode == Mode.USER && !why.isEmpty()) {
            throw JavelinException.usage("--mode user: " + why);
        }
    }

    /** Whether kernel mode cannot record them. */
    boolean isOfUserSpace() {
        return events().any(AskedEvent::isOfUserSpace);
    }

    /** Why user-space mode cannot record them; empty if it can. */
    String onlyByKernel() {
        return wakers ? "--wakers needs the kernel, which sees who wakes whom" : events().onlyByKernel();
    }

    /** What hits of a probe are told apart by. */
    CallKey key() {
        if (by != null && !events().any(AskedEvent::isProbe)) {
            throw JavelinException.usage("--by " + by + ": -e " + events().names()
                    + " has no such values; use it with a probe, or -t for threads");
        }
        if (by != null && events().any(AskedEvent::isMethod)) {
            throw JavelinException.usage("--by: calls of Java methods have no values to tell them apart by");
        }
        return new CallKey(by);
    }

    /** What is summed up of each hit of a probe; null for nothing. */
    What value() {
        if (value == null) {
            return null;
        }
        if (events().any(each -> !each.isProbe() || each.isMethod())) {
            throw JavelinException.usage("--value " + value + ": -e " + events().names()
                    + " has no such values; use it with probes on functions, system calls or tracepoints");
        }
        if (events().any(each -> interval(each) != 1)) {
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

    /** Fails for wrong intervals, and for one that no event takes. */
    void checkIntervals() {
        if (frequency != null && interval != null) {
            throw JavelinException.usage("-i and -F say the same in two ways: give one of them");
        }
        List<AskedEvent> all = events().list();
        if ((frequency != null || interval != null) && all.stream().noneMatch(events()::takesInterval)) {
            throw JavelinException.usage(
                    isOfUserSpace()
                            ? "-e " + events().names() + ": give each its own interval: --alloc BYTES, --lock TIME"
                            : nothingToSet(events().names()));
        }
        all.forEach(this::interval);
    }

    /** Nanoseconds between two samples of a CPU, events or bytes to a sample, or every how many hits of a probe one is taken; 0: all are measured. */
    long interval(AskedEvent event) {
        boolean own = events().takesInterval(event);
        String each = own ? interval : null;
        String hertz = own ? frequency : null;
        if (event.isProbe()) {
            if (hertz != null) {
                throw JavelinException.usage(
                        "-F " + frequency + ": probes fire when they do; -i N takes every Nth hit");
            }
            return period(each);
        }
        if (event.isMeasured()) {
            if (hertz != null || each != null) {
                throw JavelinException.usage(nothingToSet(event.name()));
            }
            return 0;
        }
        if (event.isOfUserSpace()) {
            return intervalOfUserSpace(event, each, hertz);
        }
        return event.isClock() ? intervalNanos(each, hertz) : intervalEvents(event, each, hertz);
    }

    private String nothingToSet(String names) {
        return "-e " + names + ": every event is measured, there is nothing to set with "
                + (frequency != null ? "-F" : "-i");
    }

    private static long period(String interval) {
        long hits = interval == null ? 1 : count("-i", interval);
        if (hits < 1) {
            throw JavelinException.usage("-i " + interval + ": every how many hits one is taken must be at least 1");
        }
        return hits;
    }

    /**
     * Makes the events into what the kernel is asked for.
     *
     * @param pids the processes in which probes are set
     * @param methods those on Java methods, see {@link #attach}; null without them
     */
    Plan plan(List<Integer> pids, MethodProbes methods) {
        if (wakers && !events().has(AskedEvent.OFF_CPU) && !events().has(AskedEvent.WALL)) {
            throw JavelinException.usage(
                    "--wakers: -e " + events().names() + " measures no waits; use it with -e offcpu or -e wall");
        }
        ProbeResolver resolver = events().any(AskedEvent::isProbe) ? new ProbeResolver(pids, returns.mayThrow()) : null;
        List<EventRequest> planned = new ArrayList<>();
        List<Probes.Probe> rows = new ArrayList<>();
        for (AskedEvent each : events().list()) {
            List<Probes.Probe> own = probes(each, resolver, methods);
            requireOtherSyscalls(rows, own);
            planned.add(new EventRequest(
                    each.name(),
                    each.isProbe() ? 0 : interval(each),
                    IntStream.range(rows.size(), rows.size() + own.size())
                            .boxed()
                            .toList()));
            rows.addAll(own);
        }
        if (rows.size() > Probes.MOST) {
            throw JavelinException.usage("-e " + events().names() + ": " + rows.size() + " probes: at most "
                    + Probes.MOST + " can be set at once");
        }
        boolean sampled = events().any(AskedEvent::isSampled) && !isOfUserSpace();
        List<String> warnings = resolver == null
                ? List.of()
                : resolver.warnings().stream().filter(said::add).toList();
        return new Plan(planned, new Probes(rows, sampled, warnings));
    }

    /** A system call that returns is counted with its stack once. */
    private static void requireOtherSyscalls(List<Probes.Probe> before, List<Probes.Probe> more) {
        for (Probes.Probe probe : more) {
            for (Probes.Probe other : before) {
                if (!Collections.disjoint(syscalls(probe), syscalls(other))) {
                    throw JavelinException.usage(
                            other.name() + " and " + probe.name()
                                    + " have system calls in common, and each call is counted once: record them one after the other");
                }
            }
        }
    }

    private static Set<Integer> syscalls(Probes.Probe probe) {
        Set<Integer> numbers = new HashSet<>();
        for (AttachPoint point : probe.points()) {
            if (point instanceof AttachPoint.Syscalls calls) {
                numbers.addAll(calls.numbers());
            }
        }
        return numbers;
    }

    private List<Probes.Probe> probes(AskedEvent event, ProbeResolver resolver, MethodProbes methods) {
        if (event.isMethod()) {
            return List.of(resolver.told(event.spec(), methods.told(0), false, interval(event)));
        }
        if (event.isProbe()) {
            return resolver.hits(event.spec(), key().what(), interval(event), value());
        }
        return switch (event.name()) {
            case AskedEvent.OFF_CPU -> List.of(offCpu(event));
            case AskedEvent.RUN_QUEUE -> List.of(time(event, ProbeRow.FLAG_STACKS, new AttachPoint.RunQueue()));
            case AskedEvent.WALL -> List.of(offCpu(event), time(event, 0, new AttachPoint.OnCpu()));
            default -> List.of();
        };
    }

    private Probes.Probe offCpu(AskedEvent event) {
        return time(event, ProbeRow.FLAG_STACKS, new AttachPoint.OffCpu(wakers));
    }

    private static Probes.Probe time(AskedEvent event, int flags, AttachPoint point) {
        ProbeRow row = new ProbeRow(flags, What.DURATION, What.ONE, 1, List.of(), List.of());
        return new Probes.Probe(event.name(), null, row, List.of(point));
    }

    /** Puts the probes on Java methods in that are to be recorded; null if there are none. */
    MethodProbes attach(Targets targets) {
        for (AskedEvent each : events().list()) {
            if (each.isMethod()) {
                if (targets.all() || targets.processes().size() != 1) {
                    throw JavelinException.usage(
                            "-e " + each.name() + ": Java methods are probed in one process: name it");
                }
                int pid = targets.processes().get(0).pid();
                return MethodProbes.attach(
                        pid, List.of(MethodProbe.told(each.spec().methods())));
            }
        }
        return null;
    }

    /** The events with their intervals, for the user to read. */
    String shown() {
        return events().list().stream()
                .map(each -> each.name() + " " + shownInterval(each))
                .collect(Collectors.joining(", "));
    }

    private String shownInterval(AskedEvent event) {
        long each = interval(event);
        if (event.isProbe()) {
            String what = value == null ? "" : value + " of ";
            return "(" + what + (each == 1 ? "every hit)" : "every " + each + "th hit)");
        }
        if (event.isMeasured()) {
            return "time";
        }
        if (event.is(AskedEvent.ALLOC)) {
            return "every " + each + " bytes";
        }
        return event.isClock() || event.is(AskedEvent.LOCK)
                ? "every " + Units.duration(each)
                : "every " + each + " events";
    }

    /** The most frames of a stack. */
    int depth() {
        int frames = integer(depth);
        if (frames < 1 || frames > MAX_DEPTH) {
            throw JavelinException.usage("-j " + depth + ": the depth must be a number from 1 to " + MAX_DEPTH);
        }
        return frames;
    }

    private static long intervalNanos(String interval, String frequency) {
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

    private long intervalOfUserSpace(AskedEvent event, String interval, String frequency) {
        boolean isLock = event.is(AskedEvent.LOCK);
        if (frequency != null) {
            throw JavelinException.usage("-F " + frequency + ": -e " + event.name()
                    + " is not sampled by time; -i says "
                    + (isLock ? "which waits make a sample" : "how many bytes make a sample"));
        }
        String option = "--" + event.name();
        String own = isLock ? lockInterval : allocInterval;
        if (own != null && interval != null) {
            throw JavelinException.usage("-i and " + option + " say the same in two ways: give one of them");
        }
        String text = own == null ? interval : own;
        if (text == null) {
            return isLock ? DEFAULT_LOCK_NANOS : DEFAULT_INTERVAL_BYTES;
        }
        String named = own == null ? "-i" : option;
        return atLeastOne(named, text, isLock ? nanos(named, text, "ns") : count(named, text));
    }

    private static long atLeastOne(String option, String text, long value) {
        if (value < 1) {
            throw JavelinException.usage(option + " " + text + ": the interval must be at least 1");
        }
        return value;
    }

    private static long intervalEvents(AskedEvent event, String interval, String frequency) {
        if (frequency != null) {
            throw JavelinException.usage("-F " + frequency + ": " + event.name()
                    + " is sampled by its own count; say with -i how many make a sample");
        }
        if (interval == null) {
            return DEFAULT_INTERVAL_EVENTS;
        }
        long events = count("-i", interval);
        if (events < MIN_INTERVAL_EVENTS) {
            throw JavelinException.usage("-i " + interval + ": a sample must be at least 1000 events apart");
        }
        return events;
    }

    private static long count(String option, String text) {
        try {
            return Units.count(text);
        } catch (IllegalArgumentException e) {
            throw JavelinException.usage(option + ": " + e.getMessage());
        }
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
