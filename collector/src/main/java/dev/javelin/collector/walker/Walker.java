package dev.javelin.collector.walker;

import dev.javelin.bpf.BpfMap;
import dev.javelin.bpf.BpfObject;
import dev.javelin.bpf.BpfProgram;
import dev.javelin.bpf.Cpus;
import dev.javelin.bpf.PerfAttr;
import dev.javelin.bpf.PerfEvent;
import dev.javelin.bpf.ProgramStats;
import dev.javelin.bpf.RingBuffer;
import dev.javelin.collector.hotspot.CodeLayout;
import dev.javelin.collector.hotspot.InterpreterEntries;
import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.TargetMemory;
import dev.javelin.collector.walker.MappingRuns.Run;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The loaded BPF programs and their maps: which processes are walked, by which rules, and what comes back. Everything in the kernel
 * goes when this is closed, or when the process ends in any way.
 *
 * <p>Used by one thread, except for {@link #ring()}'s wake-up.
 */
public final class Walker implements AutoCloseable {
    /** The maps that both objects use; of the others each has its own. */
    private static final List<String> SHARED =
            List.of("processes", "mappings", "unwind_rows", "ring", "counters", "stacks", "threads", "schedules");

    private final BpfObject object;
    private final UnwindRows unwindRows;
    private final BpfMap mappings;
    private final BpfMap processes;
    private final BpfMap counters;
    private final MappingRuns runs;
    private final Map<Integer, Run> runOf = new HashMap<>();
    private final List<PerfEvent> events = new ArrayList<>();
    private final ByteBuffer key = buffer(4);
    private final ByteBuffer row = buffer(HotSpotRow.BYTES);
    private final RingBuffer ring;
    private final Probes probes;
    private final WalkerSettings settings;
    private long mappingsLost;
    private int generation;

    private Walker(BpfObject object, WalkerSettings settings, RingBuffer.Handler handler) {
        this.object = object;
        this.settings = settings;
        unwindRows = new UnwindRows(object.map("unwind_rows").mmap());
        mappings = object.map("mappings");
        processes = object.map("processes");
        if (processes.valueSize() != HotSpotRow.BYTES || mappings.valueSize() != MappingRow.BYTES) {
            throw new IllegalStateException("javelin.bpf.o was built from another javelin.h than this class");
        }
        counters = object.map("counters");
        runs = new MappingRuns(mappings.maxEntries());
        ring = new RingBuffer(object.map("ring"), handler);
        probes = settings.probes();
        probes.install(object);
    }

    /**
     * Makes it of programs that are loaded, and closes them with itself; if this fails, they are closed, too.
     *
     * @param settings those that the programs were loaded for, or that they {@link Programs#fit}
     */
    public static Walker of(Programs programs, WalkerSettings settings, RingBuffer.Handler handler) {
        try {
            return new Walker(programs.object(), settings, handler);
        } catch (RuntimeException e) {
            programs.close();
            throw e;
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The records of the programs; its handler is the one given to {@link #of}. */
    public RingBuffer ring() {
        return ring;
    }

    /** Notices of exec and exit of targets; and of new processes that get a target's number, which are not recorded. */
    public void watchProcesses() {
        object.program("on_fork").attachRawTracepoint("sched_process_fork");
        object.program("on_exec").attachRawTracepoint("sched_process_exec");
        object.program("on_exit").attachRawTracepoint("sched_process_exit");
    }

    /**
     * Makes a process a target, or replaces what is known of it: from here on its threads are recorded.
     *
     * @param executable its executable mappings in ascending order
     * @param traces where its threads publish the span that they work on
     */
    public void install(
            int pid,
            CodeLayout layout,
            InterpreterEntries entries,
            NativeObjects objects,
            TargetMemory memory,
            List<Mapping> executable,
            TraceVariable traces) {
        List<MappingRow> rows = new ArrayList<>(executable.size());
        for (Mapping mapping : executable) {
            rows.add(row(objects.open(memory, mapping), mapping));
        }
        Run old = runOf.get(pid);
        Run run = runs.allocate(rows.size());
        if (run == null) {
            mappingsLost++;
            return;
        }
        write(run, rows);
        long range = (long) run.first() << 32 | (++generation & 0xffffL) << 16 | rows.size();
        HotSpotRow.put(row, range, traces, layout, entries);
        key.putInt(0, pid);
        processes.update(key, row);
        runOf.put(pid, run);
        if (old != null) {
            runs.release(old);
        }
    }

    private MappingRow row(NativeObject object, Mapping mapping) {
        if (object == null) {
            return new MappingRow(mapping.start(), mapping.end(), 0, 0, 0, 0, 0);
        }
        object.install(unwindRows);
        return new MappingRow(
                mapping.start(),
                mapping.end(),
                object.bias(mapping),
                object.tableBase(),
                object.tableFirst(),
                object.tableRows(),
                object.id());
    }

    private void write(Run run, List<MappingRow> rows) {
        ByteBuffer values = buffer(rows.size() * MappingRow.BYTES);
        for (int i = 0; i < rows.size(); i++) {
            rows.get(i).put(values, i * MappingRow.BYTES);
        }
        if (!rows.isEmpty()) {
            mappings.updateRange(run.first(), values);
        }
    }

    /** Says where a target's agent keeps what its threads are calling. */
    public void slots(int pid, SlotTable table) {
        ByteBuffer value = buffer(SlotTable.BYTES);
        table.put(value);
        object.map("slot_tables").update(buffer(Integer.BYTES).putInt(0, pid), value);
    }

    /** The process is no target any more. */
    public void remove(int pid) {
        key.putInt(0, pid);
        processes.delete(key);
        Run run = runOf.remove(pid);
        if (run != null) {
            runs.release(run);
        }
    }

    /**
     * Starts sampling on every CPU.
     *
     * @throws dev.javelin.bpf.BpfException when the kernel has no such event
     */
    public void attach(PerfAttr event) {
        BpfProgram handler = object.program(Probes.SAMPLER);
        for (int cpu : Cpus.online()) {
            PerfEvent opened = PerfEvent.open(event, -1, cpu);
            events.add(opened);
            handler.attachPerfEvent(opened);
        }
    }

    /** Attaches the probes that were asked for to what they watch. */
    public void attachProbes() {
        probes.attach(object);
    }

    /** Stops sampling, and no switch is seen any more; at once. */
    public void stop() {
        events.forEach(PerfEvent::disable);
        probes.detachTracepoints();
    }

    /** Detaches all; what was recorded stays in the ring. */
    public void detach() {
        stop();
        probes.detach();
    }

    /**
     * Takes the stacks of threads that wait already, of those that {@link Totals#add} has made known as such. Their memory is read
     * while they wait: what runs meanwhile is left as it was.
     *
     * @throws dev.javelin.bpf.BpfException when the kernel cannot (before Linux 6.2)
     */
    public void walkWaiting(Collection<Integer> pids) {
        try (BpfObject waiting = BpfObject.open("waiting")) {
            Programs.chooseFrames(waiting, settings);
            SHARED.forEach(map -> waiting.share(map, object));
            waiting.load();
            BpfProgram program = waiting.program("on_waiting_thread");
            pids.forEach(program::runForThreads);
        }
    }

    /** What the probes have counted. */
    public Totals totals() {
        return new Totals(
                object.map("totals"),
                object.map("buckets"),
                object.map("schedules"),
                object.map("unmounted"),
                object.map("syscalls"));
    }

    /** Events that met the probe's condition. */
    public long probeEvents(int row) {
        return probes.events(object, row);
    }

    /** Calls that have begun, and whose return was not seen so far. */
    public long openCalls() {
        return object.map("calls").entries() + totals().openSyscalls();
    }

    /** Events that were left out because their value was negative. */
    public long probeNegatives(int row) {
        return probes.negatives(object, row);
    }

    /** A counter of losses, summed over all CPUs. */
    public long counter(Counter counter) {
        return counters.sumPerCpu(counter.ordinal());
    }

    /** Times that a process's mappings found no room in the kernel's table. */
    public long mappingsLost() {
        return mappingsLost;
    }

    /** Run time of the programs that record; zeros unless {@code kernel.bpf_stats_enabled} is 1. */
    public ProgramStats stats() {
        return probes.programs().stream()
                .map(program -> object.program(program).stats())
                .reduce(ProgramStats.NONE, ProgramStats::plus);
    }

    @Override
    public void close() {
        events.forEach(PerfEvent::close);
        ring.close();
        object.close();
    }
}
