package dev.javelin.collector.cli;

import dev.javelin.bpf.PerfAttr;
import dev.javelin.collector.probe.NearestNames;
import dev.javelin.collector.probe.ProbeSpec;
import dev.javelin.collector.probe.SyscallNames;
import dev.javelin.collector.session.JavelinException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One of the events that {@code -e} names.
 *
 * @param name as it was typed
 */
record AskedEvent(String name) {
    /** Events of asprof's that sample CPU time in other ways. */
    private static final Set<String> ASPROFS_CLOCKS = Set.of("itimer", "ctimer", "cpu-clock");

    static final String CPU = "cpu";
    /** Events of the scheduler, which are measured and not sampled. */
    static final String OFF_CPU = "offcpu";

    static final String RUN_QUEUE = "runq";
    /** Off the CPU, and on it, where the clock takes samples. */
    static final String WALL = "wall";
    /** Events of user-space mode only. */
    static final String ALLOC = "alloc";

    static final String LOCK = "lock";

    /**
     * Fails for what is no event.
     *
     * @throws JavelinException usage, with the events that there are
     */
    void check() {
        if (isProbe()) {
            spec();
        } else if (!isClock() && !isMeasured() && !isOfUserSpace() && !isHardware(name)) {
            throw JavelinException.usage("-e " + name
                    + ": unknown event" + question()
                    + "; known are cpu, offcpu, wall, runq, with --mode user alloc and lock, probes such as uprobe:libc:fsync, and, where the processor's counters"
                    + " can be used, " + hardwareNames() + ", rNNN");
        }
    }

    /** What may have been meant: one of the events, also by asprof's names for the clock, or a system call. */
    private String question() {
        if (ASPROFS_CLOCKS.contains(name)) {
            return ", asprof's name for -e cpu";
        }
        if (SyscallNames.all().containsKey(name)) {
            return ", did you mean syscall:" + name + "?";
        }
        List<String> known = new ArrayList<>(List.of(CPU, OFF_CPU, WALL, RUN_QUEUE, ALLOC, LOCK));
        known.addAll(PerfAttr.names());
        String question = NearestNames.question(name, known, "");
        return question.isEmpty() ? "" : ", " + question;
    }

    boolean is(String other) {
        return name.equals(other);
    }

    /** Whether the clock takes samples of it. */
    boolean isClock() {
        return is(CPU) || is(WALL);
    }

    /** Whether it is an event of the scheduler, of which each is measured. */
    boolean isMeasured() {
        return is(OFF_CPU) || is(RUN_QUEUE);
    }

    /** Whether kernel mode cannot record it. */
    boolean isOfUserSpace() {
        return is(ALLOC) || is(LOCK);
    }

    boolean isProbe() {
        return name.indexOf(':') >= 0;
    }

    /** Whether it is one on Java methods. */
    boolean isMethod() {
        return isProbe() && spec().methods() != null;
    }

    /** Whether the clock or a counter of the processor samples it. */
    boolean isSampled() {
        return isClock() || !(isMeasured() || isOfUserSpace() || isProbe());
    }

    ProbeSpec spec() {
        return ProbeSpec.parse(name);
    }

    /** Why user-space mode cannot record it; empty if it can. */
    String onlyByKernel() {
        if (isClock() || isOfUserSpace()) {
            return "";
        }
        String what = "-e " + name + " ";
        if (isMeasured()) {
            return what + "needs the kernel, which sees every switch of a thread; -e wall samples waiting threads";
        }
        return isProbe()
                ? what + "is a probe, which only the kernel can set; there are cpu, wall, alloc and lock"
                : what
                        + "is counted by the processor, which only the kernel lets us read; there are cpu, wall, alloc and lock";
    }

    private static boolean isHardware(String name) {
        return PerfAttr.isKnown(name) && PerfAttr.named(name, 1).isHardware();
    }

    private static String hardwareNames() {
        return PerfAttr.names().stream().filter(AskedEvent::isHardware).collect(Collectors.joining(", "));
    }
}
