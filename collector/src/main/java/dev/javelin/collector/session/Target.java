package dev.javelin.collector.session;

import dev.javelin.collector.hotspot.CodeLayout;
import dev.javelin.collector.hotspot.HotSpot;
import dev.javelin.collector.hotspot.HotSpotSymbols;
import dev.javelin.collector.hotspot.InterpreterEntries;
import dev.javelin.collector.hotspot.Monitors;
import dev.javelin.collector.hotspot.VmOperations;
import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.ProcMaps;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.proc.TargetMemory;
import dev.javelin.collector.walker.NativeObjects;
import dev.javelin.collector.walker.SlotTable;
import dev.javelin.collector.walker.TraceVariable;
import dev.javelin.collector.walker.Walker;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One JVM that is recorded. Reads its memory and its files under /proc; it is not stopped, signalled or attached to. */
final class Target implements Closeable {
    private final ProcessInfo info;
    private final HotSpot hotSpot;
    private final CodeLayout layout;
    private final InterpreterEntries entries;
    private final HotSpotSymbols symbols;
    private final String runtime;
    private final long probeAddress;
    private List<Mapping> executable = List.of();
    private final Monitors monitors;
    private TraceVariable traces = TraceVariable.NONE;
    private VmOperations operations;
    private long cpuTicksBefore = -1;

    private Target(ProcessInfo info, HotSpot hotSpot) throws IOException {
        this.info = info;
        this.hotSpot = hotSpot;
        this.layout = CodeLayout.of(hotSpot);
        this.entries = InterpreterEntries.of(hotSpot, layout);
        this.symbols = new HotSpotSymbols(hotSpot, layout);
        this.monitors = new Monitors(hotSpot, layout);
        this.runtime = hotSpot.vmRelease();
        this.probeAddress = hotSpot.loadBias();
    }

    /**
     * Looks at a process.
     *
     * @throws dev.javelin.collector.hotspot.HotSpotException if it is no JVM, or one that is not far enough in its start
     * @throws IOException if it is gone or may not be read
     */
    static Target open(int pid) throws IOException {
        ProcessInfo info = ProcessInfo.read(pid);
        HotSpot hotSpot = HotSpot.find(pid);
        try {
            return new Target(info, hotSpot);
        } catch (IOException | RuntimeException e) {
            hotSpot.close();
            throw e;
        }
    }

    int pid() {
        return info.pid();
    }

    ProcessInfo info() {
        return info;
    }

    /** Version of the JVM, "" if unknown. */
    String runtime() {
        return runtime;
    }

    HotSpotSymbols symbols() {
        return symbols;
    }

    /** The Java names of those threads that have one. */
    Map<Integer, String> threadNames(Map<Integer, ProcessInfo.LiveThread> threads) {
        Map<Integer, Long> javaThreads = symbols.javaThreads();
        Map<Integer, String> names = new HashMap<>();
        threads.forEach((tid, thread) -> {
            Long javaThread = javaThreads.get(thread.inside());
            if (javaThread != null) {
                names.put(tid, symbols.threadName(javaThread, null));
            }
        });
        return names;
    }

    /** Which monitors its threads wait for. */
    Monitors monitors() {
        return monitors;
    }

    /** What the programs must know to attribute time to calls, by the slots of its agent. */
    SlotTable slotTable(ProbedCalls calls, boolean hasMounts) {
        return new SlotTable(
                calls.slots(),
                layout.continuations() == null ? 0 : layout.thread().contEntry(),
                monitors.pending(),
                monitors.waiting(),
                monitors.object(),
                monitors.isHandle(hotSpot.majorVersion()),
                layout.oops().colours() == 2,
                monitors.classWord(),
                explainsVirtual(hasMounts) ? layout.thread().vthread() : 0,
                calls.eetop(),
                calls.tid(),
                calls.tasks() != null,
                calls.continuationTarget(),
                calls.targetThread());
    }

    /**
     * Whether it is known what its virtual threads wait for.
     *
     * @param hasMounts whether it is seen when they get a carrier and give it up
     */
    boolean explainsVirtual(boolean hasMounts) {
        return hasMounts && layout.continuations() != null && layout.thread().vthread() != CodeLayout.NONE;
    }

    /** What its VM thread does; read when it is first asked for. */
    VmOperations operations() {
        if (operations == null) {
            operations = new VmOperations(hotSpot);
        }
        return operations;
    }

    /** Its memory. */
    TargetMemory memory() {
        return hotSpot.mem();
    }

    /** Reads the mappings and opens the files behind them: the slow part of {@link #install}, which may run before the programs are loaded. */
    void prepare(NativeObjects objects) throws IOException {
        executable = executable(ProcMaps.read(pid()));
        for (Mapping mapping : executable) {
            objects.open(hotSpot.mem(), mapping);
        }
    }

    /** Makes the walker record this process with the mappings that were read last. */
    void install(Walker walker, NativeObjects objects) {
        if (cpuTicksBefore < 0) {
            cpuTicksBefore = cpuTicks();
        }
        traces = TraceVariable.find(objects, hotSpot.mem(), executable);
        walker.install(pid(), layout, entries, objects, hotSpot.mem(), executable, traces);
    }

    /** The file by which its threads publish their spans in a way that is not read; empty if there is none. */
    String unreadTraces() {
        return traces.unread();
    }

    private long cpuTicks() {
        try {
            return ProcessInfo.cpuTicks(pid());
        } catch (IOException e) {
            return -1;
        }
    }

    /** CPU time that the kernel has accounted to the process since it was first installed, in nanoseconds; 0 if unknown. */
    long cpuNanosSinceInstall() {
        long now = cpuTicks();
        return now < 0 || cpuTicksBefore < 0
                ? 0
                : (now - cpuTicksBefore) * (1_000_000_000L / ProcessInfo.TICKS_PER_SECOND);
    }

    /** Reads the mappings again; installs them and returns true if libraries have come or gone. */
    boolean refresh(Walker walker, NativeObjects objects) {
        try {
            List<Mapping> now = executable(ProcMaps.read(pid()));
            if (!now.equals(executable) && isAlive()) {
                executable = now;
                install(walker, objects);
                if (!isAlive()) { // the number may be another process's by now
                    walker.remove(pid());
                }
                return true;
            }
        } catch (IOException e) {
            // it is ending: isAlive() will tell
        }
        return false;
    }

    /** Code of the JVM's own heap is known by its layout, and is left out: it changes all the time. */
    private List<Mapping> executable(List<Mapping> all) {
        List<Mapping> found = new ArrayList<>();
        for (Mapping mapping : all) {
            boolean code = Long.compareUnsigned(mapping.start(), layout.codeLow()) >= 0
                    && Long.compareUnsigned(mapping.start(), layout.codeHigh()) < 0;
            if (mapping.executable() && !code) {
                found.add(mapping);
            }
        }
        return found;
    }

    /** Whether the process still runs the program that was looked at: false after its exit, and after an exec. */
    boolean isAlive() {
        try {
            hotSpot.mem().readLong(probeAddress);
            return true;
        } catch (MemoryUnreadable e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            hotSpot.close();
        } catch (IOException e) {
            // a descriptor of a process that is gone
        }
    }
}
