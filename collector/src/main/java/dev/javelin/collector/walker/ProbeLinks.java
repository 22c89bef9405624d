package dev.javelin.collector.walker;

import dev.javelin.bpf.BpfLink;
import dev.javelin.bpf.BpfObject;
import dev.javelin.bpf.BpfProgram;
import dev.javelin.bpf.UprobePlace;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What the probes of a recording are attached by. Used by one thread. */
final class ProbeLinks {
    private final List<Probes.Probe> probes;
    private final List<BpfLink> links = new ArrayList<>();
    /** The last so many links. */
    private int tracepoints;
    /** Of probes that do not tell calls from entry to return, so that nothing else says what was missed. */
    private final List<BpfLink> unpaired = new ArrayList<>();

    private int refusedFunctions;
    private long missedReturns;

    ProbeLinks(List<Probes.Probe> probes) {
        this.probes = probes;
    }

    /**
     * Attaches every probe; a return before its entry, so that no call is missed.
     *
     * @param tracing the programs that trace a function each, in that order
     * @param programs all that record events
     * @throws dev.javelin.bpf.BpfException when the kernel refuses
     */
    void attach(BpfObject object, List<String> tracing, Set<String> programs) {
        for (int row = 0; row < probes.size(); row++) {
            List<AttachPoint> points = probes.get(row).points();
            int before = links.size();
            FunctionLinks functions = new FunctionLinks(object, row, links);
            functions.attach(points, Probes.MULTI);
            KernelLinks kernel = new KernelLinks(object, functions::cookie, links);
            for (AttachPoint point : points) {
                kernel.attach(point);
                attach(object, row, point);
            }
            refusedFunctions += functions.refused() + kernel.refused();
            if ((probes.get(row).row().flags() & ProbeRow.FLAG_CALLS) == 0) {
                unpaired.addAll(links.subList(before, links.size()));
            }
        }
        tracing.forEach(program -> links.add(object.program(program).attach()));
        attachRaw(object, programs, Probes.SYSCALL_RETURN, "sys_exit");
        attachRaw(object, programs, Probes.SYSCALL, "sys_enter");
        attachRaw(object, programs, Probes.WAKING, "sched_waking");
        attachRaw(object, programs, Probes.SWITCH, "sched_switch");
    }

    private void attachRaw(BpfObject object, Set<String> programs, String program, String tracepoint) {
        if (programs.contains(program)) {
            links.add(object.program(program).attachRawTracepoint(tracepoint));
            tracepoints++;
        }
    }

    private void attach(BpfObject object, int row, AttachPoint point) {
        if (point instanceof AttachPoint.Calls calls) {
            links.add(object.program(Probes.TOLD_CALL)
                    .attachUprobe(calls.pid(), calls.path(), calls.offset(), false, row));
        } else if (point instanceof AttachPoint.Mounts mounts) {
            // how a wait ends before how it begins
            attachMounts(object, mounts.thaws(), Probes.THAW, false, mounts);
            attachMounts(object, mounts.freezes(), Probes.FREEZE_RETURN, true, mounts);
            attachMounts(object, mounts.freezes(), Probes.FREEZE, false, mounts);
        } else if (point instanceof AttachPoint.Tracepoint tracepoint) {
            links.add(
                    object.program(Probes.TRACEPOINT).attachTracepoint(tracepoint.category(), tracepoint.name(), row));
        }
    }

    private void attachMounts(
            BpfObject object, List<Long> offsets, String name, boolean onReturn, AttachPoint.Mounts mounts) {
        BpfProgram program = object.program(name);
        if (Probes.MULTI) {
            List<UprobePlace> places = offsets.stream()
                    .map(offset -> new UprobePlace(offset, 0, 0))
                    .toList();
            links.add(program.attachUprobes(mounts.pid(), mounts.path(), onReturn, 0, places));
        } else {
            offsets.forEach(
                    offset -> links.add(program.attachUprobe(mounts.pid(), mounts.path(), offset, onReturn, 0)));
        }
    }

    /** Functions of a pattern that could not be probed; known once they are attached. */
    int refusedFunctions() {
        return refusedFunctions;
    }

    /** Detaches what sees the scheduler's switches, and system calls: that takes less than a millisecond, and uprobes some hundred. */
    void detachTracepoints() {
        for (; tracepoints > 0; tracepoints--) {
            links.remove(links.size() - 1).close();
        }
    }

    /** Returns of kernel functions that had no room in the kernel, in all processes, of probes on returns only; known once they are detached. */
    long missedReturns() {
        return missedReturns;
    }

    /** Entries before returns, so that no call seems not to have returned. */
    void detach() {
        tracepoints = 0;
        missedReturns += unpaired.stream().mapToLong(BpfLink::missedReturns).sum();
        unpaired.clear();
        for (int i = links.size() - 1; i >= 0; i--) {
            links.get(i).close();
        }
        links.clear();
    }
}
