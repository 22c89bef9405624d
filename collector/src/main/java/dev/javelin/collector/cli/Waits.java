package dev.javelin.collector.cli;

import dev.javelin.collector.walker.AttachPoint;
import dev.javelin.collector.walker.ProbeRow;
import dev.javelin.collector.walker.ProbeRow.What;
import dev.javelin.collector.walker.Probes;
import java.util.List;
import java.util.Set;

/** The events of the scheduler, of which every one is measured: names, and what is taken of them. */
final class Waits {
    /** The time off the CPU. */
    static final String OFF_CPU = "offcpu";
    /** The time from being able to run to running. */
    static final String RUN_QUEUE = "runq";
    /** All. */
    static final Set<String> EVENTS = Set.of(OFF_CPU, RUN_QUEUE);

    /** What their histograms can be told apart by, as {@code --by} names it. */
    static final Set<String> KEYS = Set.of("thread", "tid", "cpu");

    private Waits() {}

    /** Measures every wait that begins and ends meanwhile. */
    static Probes.Probe latency(String event, What key) {
        AttachPoint point = event.equals(OFF_CPU) ? new AttachPoint.OffCpu(false) : new AttachPoint.RunQueue();
        ProbeRow row = new ProbeRow(ProbeRow.FLAG_BUCKETS, What.DURATION, key, 1, List.of(), List.of());
        return new Probes.Probe(event, null, row, List.of(point));
    }
}
