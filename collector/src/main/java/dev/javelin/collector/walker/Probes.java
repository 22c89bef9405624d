package dev.javelin.collector.walker;

import dev.javelin.bpf.BpfMap;
import dev.javelin.bpf.BpfObject;
import dev.javelin.bpf.Cpus;
import dev.javelin.bpf.KernelFeatures;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The probes of a recording, each a row of the map {@code probes} by which every program finds out what to do. A recording without
 * probes samples the clock or a counter.
 */
public final class Probes {
    /**
     * One probe.
     *
     * @param name what it is called
     * @param leaf the function that has returned when it fires, which is not on the stack any more; null if it is none, or one of several
     * @param points what it watches
     */
    public record Probe(String name, String leaf, ProbeRow row, List<AttachPoint> points) {
        public Probe {
            points = List.copyOf(points);
        }

        /** The same, with texts that are read with each event. */
        public Probe withTexts(List<ProbeRow.Text> texts) {
            return new Probe(name, leaf, row.withTexts(texts), points);
        }
    }

    /** The clock or a counter is sampled instead. */
    public static final Probes NONE = new Probes(List.of());

    /** So many can be set at once: those of a system call are a bit each. */
    public static final int MOST = Long.SIZE;

    /** Whether functions are attached by one link for all of a file; else by one each, which needs more privileges and time. */
    static final boolean MULTI = KernelFeatures.hasUprobeMulti();

    static final String SAMPLER = "on_sample";
    private static final String FUNCTION = FunctionLinks.ENTRY;
    private static final String RETURN = FunctionLinks.RETURN;
    static final String TRACEPOINT = "on_tracepoint";
    static final String SYSCALL = "on_syscall";
    static final String SYSCALL_RETURN = "on_syscall_return";
    static final String SWITCH = "on_switch";
    static final String WAKING = "on_waking";
    static final String TOLD_CALL = "on_told_call";
    static final String FREEZE = "on_freeze";
    static final String FREEZE_RETURN = "on_freeze_return";
    static final String THAW = "on_thaw";
    private static final String FENTRY = "on_fentry_";
    private static final String FEXIT = "on_fexit_";
    /** Kernel functions that can be traced by fentry and fexit at once: each needs programs of its own. */
    public static final int TRACED = 4;

    private static final List<String> ALL = Stream.concat(
                    Stream.of(
                            SAMPLER,
                            FUNCTION,
                            RETURN,
                            KernelLinks.FUNCTION,
                            KernelLinks.RETURN,
                            KernelLinks.FUNCTIONS,
                            KernelLinks.RETURNS,
                            TRACEPOINT,
                            SYSCALL,
                            SYSCALL_RETURN,
                            SWITCH,
                            WAKING,
                            TOLD_CALL,
                            FREEZE,
                            FREEZE_RETURN,
                            THAW),
                    IntStream.range(0, TRACED).boxed().flatMap(i -> Stream.of(FENTRY + i, FEXIT + i)))
            .toList();

    /** {@code enum context}: walks that may interrupt each other on one CPU. */
    private static final int CONTEXTS = 4;

    /** About 200 bytes of kernel memory each. */
    private static final int MAX_TOTALS = 1 << 16;

    private static final int MAX_STACKS = 1 << 16;
    private static final int MAX_BUCKETS = 1 << 16;
    /** Threads of all targets, and calls of theirs within each other. */
    private static final int MAX_THREADS = 1 << 15;
    /** LOG2_SLOTS of slots.h. */
    private static final int SLOTS = 1 << 16;

    private final List<Probe> probes;
    private final boolean sampled;
    private final List<String> warnings;
    private final ProbeLinks links;

    public Probes(List<Probe> probes) {
        this(probes, List.of());
    }

    /** {@code warnings} is what is to be said of them before they are attached. */
    public Probes(List<Probe> probes, List<String> warnings) {
        this(probes, false, warnings);
    }

    /** {@code sampled} says whether the clock or a counter is sampled beside them. */
    public Probes(List<Probe> probes, boolean sampled, List<String> warnings) {
        this.probes = List.copyOf(probes);
        this.sampled = sampled;
        this.warnings = List.copyOf(warnings);
        this.links = new ProbeLinks(this.probes);
        if (probes.size() > MOST) {
            throw new IllegalArgumentException(probes.size() + " probes");
        }
    }

    /** Whether the clock or a counter is sampled, instead or as well. */
    public boolean isSampled() {
        return sampled || isEmpty() || onCpuRow() >= 0 || callsRow() >= 0;
    }

    /** The row in whose totals the time on the CPU is; -1 if it is not measured. */
    public int onCpuRow() {
        return rowOf(AttachPoint.OnCpu.class);
    }

    /** The row in whose totals the time on the CPU within calls is, of threads that have ended; -1 if it is not measured. */
    public int callsRow() {
        return rowOf(AttachPoint.Calls.class);
    }

    private int rowOf(Class<? extends AttachPoint> kind) {
        for (int row = 0; row < probes.size(); row++) {
            if (probes.get(row).points().stream().anyMatch(kind::isInstance)) {
                return row;
            }
        }
        return -1;
    }

    /** Whether it is seen when virtual threads get a carrier and give it up. */
    public boolean hasMounts() {
        return rowOf(AttachPoint.Mounts.class) >= 0;
    }

    /** Whether there are no probes: the clock or a counter is sampled instead. */
    public boolean isEmpty() {
        return probes.isEmpty();
    }

    /** What is to be said of them before they are attached, a line each. */
    public List<String> warnings() {
        return warnings;
    }

    /** What the probes are called, by their rows. */
    public List<String> names() {
        return probes.stream().map(Probe::name).toList();
    }

    /** The function that has returned when a probe fires; null if there is none, or one of several. */
    public String leaf(int row) {
        return probes.get(row).leaf();
    }

    /** What is read of the process's memory with each event of a probe. */
    public List<ProbeRow.Text> texts(int row) {
        return probes.get(row).row().texts();
    }

    /** Whether only some of a probe's events are taken, which stand for all of them. */
    public boolean hasPeriod(int row) {
        return probes.get(row).row().period() > 1;
    }

    /** Whether a histogram is kept. */
    public boolean hasBuckets() {
        return has(ProbeRow.FLAG_BUCKETS);
    }

    /** Whether each event is handed over by itself, to be shown. */
    public boolean isTraced() {
        return has(ProbeRow.FLAG_TRACE) && callsRow() < 0;
    }

    /** Whether a probe's events are calls of Java methods that an agent tells of. */
    public boolean isTold(int row) {
        return (probes.get(row).row().flags() & ProbeRow.FLAG_TOLD) != 0;
    }

    /** Whether events are counted by their stacks. */
    public boolean hasStacks() {
        return has(ProbeRow.FLAG_STACKS);
    }

    /** Places in functions, and returns from them, that are watched. */
    public long places() {
        return probes.stream()
                .flatMap(probe -> probe.points().stream())
                .filter(point -> point instanceof AttachPoint.Entry || point instanceof AttachPoint.Return)
                .count();
    }

    /** The row that takes the time off the CPU; -1 if it is not measured. */
    public int offCpuRow() {
        return rowOf(AttachPoint.OffCpu.class);
    }

    /** The row that takes the time in the run queue; -1 if it is not measured. */
    public int runQueueRow() {
        return rowOf(AttachPoint.RunQueue.class);
    }

    /** Whether what a probe sums up is time, in nanoseconds. */
    public boolean isTime(int row) {
        return probes.get(row).row().value().equals(ProbeRow.What.DURATION);
    }

    /** What is summed up of a probe's events, as users name it; null if it is time, or their number. */
    public String number(int row) {
        ProbeRow.What value = probes.get(row).row().value();
        return value.isNumber() ? value.text() : null;
    }

    /** The same of all probes; null if it is not the same, or no number. */
    public String number() {
        List<String> numbers = IntStream.range(0, probes.size())
                .mapToObj(this::number)
                .distinct()
                .toList();
        return numbers.size() == 1 ? numbers.get(0) : null;
    }

    /** Whether a probe's events are waits of threads, by the kernel's switches. */
    public boolean isWaits(int row) {
        return probes.get(row).points().stream()
                .anyMatch(point -> point instanceof AttachPoint.OffCpu || point instanceof AttachPoint.RunQueue);
    }

    /** The programs that record events. */
    Set<String> programs() {
        Set<String> programs = new TreeSet<>();
        if (isSampled()) {
            programs.add(SAMPLER);
        }
        for (Probe probe : probes) {
            for (AttachPoint point : probe.points()) {
                programs.addAll(programs(point));
            }
        }
        List<Trace> traces = traces();
        for (int i = 0; i < traces.size(); i++) {
            programs.addAll(traces.get(i).programs(i));
        }
        return programs;
    }

    /** A function that programs of its own trace, in the order of those programs. */
    private record Trace(int row, AttachPoint.Traced point) {
        /** The return first, so that no call is without it. */
        List<String> programs(int number) {
            List<String> programs = new ArrayList<>();
            if (point.atReturn()) {
                programs.add(FEXIT + number);
            }
            if (point.atEntry()) {
                programs.add(FENTRY + number);
            }
            return programs;
        }
    }

    private List<Trace> traces() {
        List<Trace> traces = new ArrayList<>();
        for (int row = 0; row < probes.size(); row++) {
            for (AttachPoint point : probes.get(row).points()) {
                if (point instanceof AttachPoint.Traced traced) {
                    traces.add(new Trace(row, traced));
                }
            }
        }
        return traces;
    }

    private static List<String> programs(AttachPoint point) {
        if (point instanceof AttachPoint.Entry) {
            return List.of(FUNCTION);
        }
        if (point instanceof AttachPoint.Return) {
            return List.of(RETURN);
        }
        if (point instanceof AttachPoint.Tracepoint) {
            return List.of(TRACEPOINT);
        }
        if (point instanceof AttachPoint.Syscalls) {
            return List.of(SYSCALL, SYSCALL_RETURN);
        }
        if (!KernelLinks.programs(point).isEmpty()) {
            return KernelLinks.programs(point);
        }
        if (point instanceof AttachPoint.Traced) {
            return List.of(); // those of its number
        }
        if (point instanceof AttachPoint.Calls) {
            return List.of(SWITCH, WAKING, TOLD_CALL);
        }
        if (point instanceof AttachPoint.Mounts) {
            return List.of(FREEZE, FREEZE_RETURN, THAW);
        }
        boolean wakes =
                point instanceof AttachPoint.RunQueue || (point instanceof AttachPoint.OffCpu off && off.wakers());
        return wakes ? List.of(SWITCH, WAKING) : List.of(SWITCH);
    }

    /** Sizes the maps and chooses the programs, before the object is loaded. */
    void prepare(BpfObject object) {
        Set<String> wanted = programs();
        for (String program : ALL) {
            object.wanted(program, wanted.contains(program));
        }
        if (MULTI) {
            List.of(FUNCTION, RETURN, FREEZE, FREEZE_RETURN, THAW).forEach(object::forUprobeMulti);
        }
        boolean any = !probes.isEmpty();
        int contexts = any ? CONTEXTS : 1;
        object.global("contexts", contexts);
        object.maxEntries("scratch", Cpus.possible() * contexts);
        object.maxEntries("probes", Math.max(1, probes.size()));
        object.maxEntries("probe_counts", Math.max(1, probes.size()));
        object.maxEntries("probe_negatives", Math.max(1, probes.size()));
        object.maxEntries("totals", any ? MAX_TOTALS : 1);
        object.maxEntries("stacks", has(ProbeRow.FLAG_STACKS) ? MAX_STACKS : 1);
        object.maxEntries("threads", any ? MAX_THREADS : 1);
        object.maxEntries("buckets", has(ProbeRow.FLAG_BUCKETS) ? MAX_BUCKETS : 1);
        object.maxEntries("calls", hasCalls() ? MAX_THREADS : 1);
        object.maxEntries("syscalls", wanted.contains(SYSCALL) ? MAX_THREADS : 1);
        object.maxEntries("schedules", wanted.contains(SWITCH) ? MAX_THREADS : 1);
        object.maxEntries("hits", has(ProbeRow.FLAG_TRACE) ? MAX_THREADS : 1);
        object.maxEntries("wait_details", callsRow() >= 0 ? MAX_THREADS : 1);
        object.maxEntries("unmounted", hasMounts() ? SLOTS : 1);
        object.global("wait_stacks", hasStacks() ? 1 : 0);
        for (int row = 0; row < probes.size(); row++) {
            for (AttachPoint point : probes.get(row).points()) {
                if (point instanceof AttachPoint.Calls) {
                    object.global("calls_row", row);
                    object.global("record_wakers", 1);
                } else if (point instanceof AttachPoint.OffCpu off) {
                    object.global("offcpu_row", row);
                    object.global("record_wakers", off.wakers() ? 1 : 0);
                } else if (point instanceof AttachPoint.OnCpu) {
                    object.global("oncpu_row", row);
                } else if (point instanceof AttachPoint.RunQueue) {
                    object.global("runq_row", row);
                }
            }
        }
        prepareTraces(object);
    }

    private void prepareTraces(BpfObject object) {
        List<Trace> traces = traces();
        ByteBuffer rows = ByteBuffer.allocate(TRACED * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < traces.size(); i++) {
            rows.putInt(traces.get(i).row());
            for (String program : traces.get(i).programs(i)) {
                object.attachTarget(program, traces.get(i).point().function());
            }
        }
        object.global("traced_rows", rows.array());
    }

    /** Whether there are calls other than system calls. */
    private boolean hasCalls() {
        return probes.stream()
                .filter(probe -> (probe.row().flags() & ProbeRow.FLAG_CALLS) != 0)
                .flatMap(probe -> probe.points().stream())
                .anyMatch(point -> !(point instanceof AttachPoint.Syscalls));
    }

    private boolean has(int flag) {
        return probes.stream().anyMatch(probe -> (probe.row().flags() & flag) != 0);
    }

    /** Writes the rows, after the object was loaded. */
    void install(BpfObject object) {
        BpfMap rows = object.map("probes");
        BpfMap syscalls = object.map("syscall_probes");
        if (rows.valueSize() != ProbeRow.BYTES) {
            throw new IllegalStateException("javelin.bpf.o was built from another javelin.h than this class");
        }
        ByteBuffer value = buffer(ProbeRow.BYTES);
        Map<Integer, Long> rowsOf = new TreeMap<>();
        for (int row = 0; row < probes.size(); row++) {
            value.clear();
            value.put(new byte[ProbeRow.BYTES]).clear();
            probes.get(row).row().put(value, 0);
            rows.updateInt(row, value);
            for (AttachPoint point : probes.get(row).points()) {
                if (point instanceof AttachPoint.Syscalls calls) {
                    long bit = 1L << row;
                    calls.numbers().forEach(number -> rowsOf.merge(number, bit, (a, b) -> a | b));
                }
            }
        }
        ByteBuffer bits = buffer(Long.BYTES);
        rowsOf.forEach((number, set) -> syscalls.updateInt(number, bits.putLong(0, set)));
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Attaches every probe; a return before its entry, so that no call is missed.
     *
     * @throws dev.javelin.bpf.BpfException when the kernel refuses
     */
    void attach(BpfObject object) {
        List<Trace> traces = traces();
        List<String> tracing = IntStream.range(0, traces.size())
                .boxed()
                .flatMap(i -> traces.get(i).programs(i).stream())
                .toList();
        links.attach(object, tracing, programs());
    }

    /** Functions of a pattern that could not be probed; known once they are attached. */
    public int refusedFunctions() {
        return links.refusedFunctions();
    }

    /** Detaches what sees the scheduler's switches, and system calls: that takes less than a millisecond, and uprobes some hundred. */
    void detachTracepoints() {
        links.detachTracepoints();
    }

    /** Returns of kernel functions that had no room in the kernel, in all processes, of probes on returns only; known once they are detached. */
    public long missedReturns() {
        return links.missedReturns();
    }

    /** Stops recording; what was counted stays in the maps. */
    void detach() {
        links.detach();
    }

    /** Events of a probe that met its condition, those that its period left out included. */
    long events(BpfObject object, int row) {
        return sum(object.map("probe_counts"), row);
    }

    /** Events of a probe that were left out because their value was negative. */
    long negatives(BpfObject object, int row) {
        return sum(object.map("probe_negatives"), row);
    }

    private static long sum(BpfMap counts, int row) {
        ByteBuffer perCpu = buffer(counts.lookupSize());
        counts.lookupInt(row, perCpu);
        long events = 0;
        for (int at = 0; at < counts.lookupSize(); at += Long.BYTES) {
            events += perCpu.getLong(at);
        }
        return events;
    }
}
