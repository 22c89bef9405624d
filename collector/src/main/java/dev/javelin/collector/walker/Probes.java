package dev.javelin.collector.walker;

import dev.javelin.bpf.BpfLink;
import dev.javelin.bpf.BpfMap;
import dev.javelin.bpf.BpfObject;
import dev.javelin.bpf.BpfProgram;
import dev.javelin.bpf.Cpus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

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
    }

    /** The clock or a counter is sampled instead. */
    public static final Probes NONE = new Probes(List.of());

    static final String SAMPLER = "on_sample";
    private static final String FUNCTION = "on_function";
    private static final String RETURN = "on_function_return";
    private static final String TRACEPOINT = "on_tracepoint";
    private static final String SYSCALL = "on_syscall";
    private static final String SYSCALL_RETURN = "on_syscall_return";
    private static final String SWITCH = "on_switch";
    private static final String WAKING = "on_waking";
    private static final List<String> ALL =
            List.of(SAMPLER, FUNCTION, RETURN, TRACEPOINT, SYSCALL, SYSCALL_RETURN, SWITCH, WAKING);

    /** {@code enum context}: walks that may interrupt each other on one CPU. */
    private static final int CONTEXTS = 4;

    /** About 200 bytes of kernel memory each. */
    private static final int MAX_TOTALS = 1 << 16;

    private static final int MAX_STACKS = 1 << 16;
    private static final int MAX_BUCKETS = 1 << 16;
    /** Threads of all targets, and calls of theirs within each other. */
    private static final int MAX_THREADS = 1 << 15;

    private final List<Probe> probes;
    private final List<BpfLink> links = new ArrayList<>();

    public Probes(List<Probe> probes) {
        this.probes = List.copyOf(probes);
    }

    /** Whether the clock or a counter is sampled instead. */
    public boolean isEmpty() {
        return probes.isEmpty();
    }

    /** What the probes are called, by their rows. */
    public List<String> names() {
        return probes.stream().map(Probe::name).toList();
    }

    /** The function that has returned when a probe fires; null if there is none, or one of several. */
    public String leaf(int row) {
        return probes.get(row).leaf();
    }

    /** Whether a histogram is kept. */
    public boolean hasBuckets() {
        return has(ProbeRow.FLAG_BUCKETS);
    }

    /** Whether each event is handed over by itself. */
    public boolean isTraced() {
        return has(ProbeRow.FLAG_TRACE);
    }

    /** Whether events are counted by their stacks. */
    public boolean hasStacks() {
        return has(ProbeRow.FLAG_STACKS);
    }

    /** Whether the time off the CPU is measured. */
    public boolean hasOffCpu() {
        return probes.stream().flatMap(probe -> probe.points().stream()).anyMatch(AttachPoint.OffCpu.class::isInstance);
    }

    /** Whether what is summed up is time, in nanoseconds. */
    public boolean isTime() {
        return !isEmpty()
                && probes.stream().allMatch(probe -> probe.row().value().equals(ProbeRow.What.DURATION));
    }

    /** The programs that record events. */
    Set<String> programs() {
        Set<String> programs = new TreeSet<>();
        if (probes.isEmpty()) {
            programs.add(SAMPLER);
        }
        for (Probe probe : probes) {
            for (AttachPoint point : probe.points()) {
                programs.addAll(programs(point));
            }
        }
        return programs;
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
        return List.of(SWITCH, WAKING);
    }

    /** Sizes the maps and chooses the programs, before the object is loaded. */
    void prepare(BpfObject object) {
        Set<String> wanted = programs();
        for (String program : ALL) {
            object.wanted(program, wanted.contains(program));
        }
        boolean any = !probes.isEmpty();
        int contexts = any ? CONTEXTS : 1;
        object.global("contexts", contexts);
        object.maxEntries("scratch", Cpus.possible() * contexts);
        object.maxEntries("probes", Math.max(1, probes.size()));
        object.maxEntries("probe_counts", Math.max(1, probes.size()));
        object.maxEntries("totals", any ? MAX_TOTALS : 1);
        object.maxEntries("stacks", has(ProbeRow.FLAG_STACKS) ? MAX_STACKS : 1);
        object.maxEntries("threads", any ? MAX_THREADS : 1);
        object.maxEntries("buckets", has(ProbeRow.FLAG_BUCKETS) ? MAX_BUCKETS : 1);
        object.maxEntries("calls", has(ProbeRow.FLAG_CALLS) ? MAX_THREADS : 1);
        object.maxEntries("waits", wanted.contains(SWITCH) ? MAX_THREADS : 1);
        for (int row = 0; row < probes.size(); row++) {
            for (AttachPoint point : probes.get(row).points()) {
                if (point instanceof AttachPoint.OffCpu) {
                    object.global("offcpu_row", row);
                } else if (point instanceof AttachPoint.RunQueue) {
                    object.global("runq_row", row);
                }
            }
        }
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
        ByteBuffer number = buffer(Integer.BYTES);
        for (int row = 0; row < probes.size(); row++) {
            value.clear();
            value.put(new byte[ProbeRow.BYTES]).clear();
            probes.get(row).row().put(value, 0);
            rows.updateInt(row, value);
            for (AttachPoint point : probes.get(row).points()) {
                if (point instanceof AttachPoint.Syscalls calls) {
                    number.putInt(0, row + 1);
                    calls.numbers().forEach(call -> syscalls.updateInt(call, number));
                }
            }
        }
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
        for (int row = 0; row < probes.size(); row++) {
            for (AttachPoint point : probes.get(row).points()) {
                attach(object, row, point);
            }
        }
        Set<String> programs = programs();
        attachRaw(object, programs, SYSCALL_RETURN, "sys_exit");
        attachRaw(object, programs, SYSCALL, "sys_enter");
        attachRaw(object, programs, WAKING, "sched_waking");
        attachRaw(object, programs, SWITCH, "sched_switch");
    }

    private void attachRaw(BpfObject object, Set<String> programs, String program, String tracepoint) {
        if (programs.contains(program)) {
            links.add(object.program(program).attachRawTracepoint(tracepoint));
        }
    }

    private void attach(BpfObject object, int row, AttachPoint point) {
        if (point instanceof AttachPoint.Entry entry) {
            BpfProgram program = object.program(FUNCTION);
            links.add(program.attachUprobe(entry.pid(), entry.path(), entry.offset(), false, row, entry.semaphore()));
        } else if (point instanceof AttachPoint.Return back) {
            links.add(object.program(RETURN).attachUprobe(back.pid(), back.path(), back.offset(), true, row));
        } else if (point instanceof AttachPoint.Tracepoint tracepoint) {
            links.add(object.program(TRACEPOINT).attachTracepoint(tracepoint.category(), tracepoint.name(), row));
        }
    }

    /** Stops recording; what was counted stays in the maps. */
    void detach() {
        links.forEach(BpfLink::close);
        links.clear();
    }

    /** Events of a probe that met its condition, those that its period left out included. */
    long events(BpfObject object, int row) {
        BpfMap counts = object.map("probe_counts");
        ByteBuffer perCpu = buffer(counts.lookupSize());
        counts.lookupInt(row, perCpu);
        long events = 0;
        for (int at = 0; at < counts.lookupSize(); at += 2 * Long.BYTES) {
            events += perCpu.getLong(at);
        }
        return events;
    }
}
