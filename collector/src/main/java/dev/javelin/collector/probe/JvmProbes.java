package dev.javelin.collector.probe;

import dev.javelin.collector.hotspot.HotSpot;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.AttachPoint;
import dev.javelin.collector.walker.ProbeRow;
import dev.javelin.collector.walker.ProbeRow.What;
import dev.javelin.collector.walker.Probes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Probes on functions of a JVM that nobody names: they tell of calls of Java methods, and of what the JVM does. Used by one thread. */
final class JvmProbes {
    /** What the agent calls to tell of a call. */
    private static final String TELLS = "uprobe:libjvm:JVM_HoldsLock";

    /** HotSpot's functions that unmount virtual threads, by themselves and for a monitor, and that mount them: one for each collector. */
    private static final String FREEZE = "uprobe:libjvm:freeze<*";

    private static final String FREEZE_PREEMPT = "uprobe:libjvm:Config<*::freeze_preempt";

    private static final String THAW = "uprobe:libjvm:thaw<*";

    private static final String OPERATIONS = "libjvm:VM_Operation::evaluate()";

    private final Function<ProbeSpec, Found> functions;

    /** Whose functions {@code functions} finds. */
    JvmProbes(Function<ProbeSpec, Found> functions) {
        this.functions = functions;
    }

    /**
     * What attributes time to calls of Java methods: see the agent's {@code Calls}, which calls this function to tell of one.
     *
     * @param java the target's JDK, its first number
     */
    Probes.Probe calls(int pid, int java) {
        List<AttachPoint> points = new ArrayList<>();
        for (AttachPoint point : functions.apply(ProbeSpec.parse(TELLS)).points()) {
            if (point instanceof AttachPoint.Entry entry) {
                points.add(new AttachPoint.Calls(pid, entry.path(), entry.offset()));
            }
        }
        points.addAll(mounts(pid, java));
        ProbeRow row = new ProbeRow(ProbeRow.FLAG_STACKS, What.DURATION, What.ONE, 1, List.of(), List.of());
        return new Probes.Probe("calls", null, row, points);
    }

    /** Where virtual threads are unmounted and mounted; none where there are none, or the functions have no symbols. */
    private List<AttachPoint> mounts(int pid, int java) {
        if (java < HotSpot.VIRTUAL_THREADS) {
            return List.of();
        }
        try {
            List<AttachPoint> freezes =
                    new ArrayList<>(functions.apply(ProbeSpec.parse(FREEZE)).points());
            if (java >= HotSpot.UNMOUNTED_FOR_MONITORS) {
                freezes.addAll(functions.apply(ProbeSpec.parse(FREEZE_PREEMPT)).points());
            }
            List<AttachPoint> thaws = functions.apply(ProbeSpec.parse(THAW)).points();
            return thaws.get(0) instanceof AttachPoint.Entry first
                    ? List.of(new AttachPoint.Mounts(pid, first.path(), offsets(freezes), offsets(thaws)))
                    : List.of();
        } catch (JavelinException e) {
            return List.of();
        }
    }

    private static List<Long> offsets(List<AttachPoint> points) {
        List<Long> offsets = new ArrayList<>();
        for (AttachPoint point : points) {
            if (point instanceof AttachPoint.Entry entry) {
                offsets.add(entry.offset());
            }
        }
        return offsets;
    }

    /**
     * The beginnings, with what tells the operation (see {@code VmOperations}) as their first argument, and the ends, without, of what a
     * JVM does while its threads are held; none where that function has no symbol.
     */
    List<Probes.Probe> operations() {
        List<Probes.Probe> probes = new ArrayList<>();
        try {
            for (String kind : List.of("uretprobe:", "uprobe:")) {
                ProbeSpec spec = ProbeSpec.parse(kind + OPERATIONS);
                ProbeRow.Argument table = new ProbeRow.Argument(
                        ProbeRow.Argument.MEMORY,
                        Long.BYTES,
                        false,
                        0,
                        X86Register.named("rdi").offset(),
                        0,
                        0);
                ProbeRow row = new ProbeRow(
                        ProbeRow.FLAG_TRACE,
                        What.ONE,
                        What.ONE,
                        1,
                        kind.equals("uprobe:") ? List.of(table) : List.of(),
                        List.of());
                probes.add(
                        new Probes.Probe(kind, null, row, functions.apply(spec).points()));
            }
        } catch (JavelinException e) {
            return List.of();
        }
        return probes;
    }

    /**
     * A probe that takes the calls of Java methods which the agent tells of, with their durations.
     *
     * @param told the constants by which the BPF program finds them
     * @param trace whether each is handed over by itself; else their time is summed up by stack
     * @param period every so many one is taken
     */
    Probes.Probe told(ProbeSpec spec, List<Long> told, boolean trace, long period) {
        Found found = functions.apply(ProbeSpec.parse(TELLS));
        List<ProbeRow.Argument> constants = told.stream()
                .map(value -> new ProbeRow.Argument(ProbeRow.Argument.CONSTANT, 8, false, 0, 0, 0, value))
                .toList();
        int flags = ProbeRow.FLAG_TOLD | (trace ? ProbeRow.FLAG_TRACE : ProbeRow.FLAG_STACKS);
        What value = trace ? What.ONE : What.DURATION;
        ProbeRow row = new ProbeRow(flags, value, What.ONE, period, constants, List.of());
        return new Probes.Probe(spec.text(), null, row, found.points());
    }
}
