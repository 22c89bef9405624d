package dev.javelin.collector.session;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import dev.javelin.collector.walker.CallId;
import dev.javelin.flamegraph.CallPart;
import dev.javelin.flamegraph.Explanation;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the tasks did that calls handed to other threads. The agent tells how long each ran and had been queued, and waits and samples
 * come with the call that it belongs to; what is left of the time that tasks ran was on the CPU. Used by one thread.
 */
final class HandedTimes {
    /** Calls of which is known what their tasks did, besides those that were told; those that were heard of last. */
    private static final int MOST_CALLS = 20_000;

    /** What the tasks of one call did. */
    private static final class Handed {
        final Map<PartSums.Key, Long> waits = new HashMap<>();
        final Map<Integer, Long> sampled = new HashMap<>();
        long tasks;
        long ran;
        long queued;
        long waited;
    }

    private final TaskLog log;
    private final PartSums sums;
    private final Map<Integer, Long> samples = new HashMap<>();
    private final Handed all = new Handed();
    /** By {@link CallId#ofTasks}. */
    private final Map<Long, Handed> told = new HashMap<>();

    private final Map<Long, Handed> others = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Handed> eldest) {
            return size() > MOST_CALLS;
        }
    };

    HandedTimes(TaskRecords records, CallParts parts) {
        this.log = new TaskLog(records);
        this.sums = new PartSums(parts);
    }

    /**
     * To be called before any is followed.
     *
     * @throws MemoryUnreadable if the target has ended
     */
    void begin(TargetMemory memory) {
        log.begin(memory);
    }

    private Handed of(long call) {
        long id = CallId.ofTasks(call);
        Handed known = told.get(id);
        return known == null ? others.computeIfAbsent(id, k -> new Handed()) : known;
    }

    /** A call was told by itself, and may be slow. */
    void told(long call) {
        Handed handed = of(call);
        others.remove(CallId.ofTasks(call));
        told.put(CallId.ofTasks(call), handed);
    }

    /** It was not. */
    void forget(long call) {
        told.remove(CallId.ofTasks(call));
    }

    /** A wait of a task. */
    void wait(long call, PartSums.Key key, long nanos) {
        sums.add(key, nanos, false);
        all.waited += nanos;
        Handed handed = of(call);
        handed.waits.merge(key, nanos, Long::sum);
        handed.waited += nanos;
    }

    /** A sample of the clock. */
    void sample(long call, int stack) {
        samples.merge(stack, 1L, Long::sum);
        of(call).sampled.merge(stack, 1L, Long::sum);
    }

    /** Takes word of tasks that have ended. */
    void look(TargetMemory memory) {
        try {
            log.read(memory).forEach(this::add);
        } catch (MemoryUnreadable e) {
            // it has ended
        }
    }

    /** Nothing that happens from {@code now} on is of interest. */
    void end(TargetMemory memory, ProbedCalls calls, long now) {
        try {
            log.end(memory, calls, now).forEach(this::add);
        } catch (MemoryUnreadable e) {
            // it has ended
        }
    }

    private void add(TaskLog.Task task) {
        for (Handed handed : List.of(all, of(task.call()))) {
            handed.tasks += task.begins() ? 1 : 0;
            handed.ran += task.nanos();
            handed.queued += task.queuedNanos();
        }
    }

    /** Everything that is known; of those that are slow, as they were told. */
    Explanation.HandedOver explain(List<Long> slow) {
        // what was lost may have waited
        long elapsed = Math.max(all.ran, all.waited);
        sums.add(PartSums.Key.of(CallPart.QUEUED, ""), all.queued, false);
        Map<Integer, Long> sampled = new HashMap<>();
        long tasks = 0;
        long slowElapsed = 0;
        long cpu = 0;
        for (long call : slow) {
            Handed handed = of(call);
            handed.waits.forEach((key, nanos) -> sums.add(key, nanos, true));
            handed.sampled.forEach((stack, count) -> sampled.merge(stack, count, Long::sum));
            sums.add(PartSums.Key.of(CallPart.QUEUED, ""), handed.queued, true);
            tasks += handed.tasks;
            slowElapsed += Math.max(handed.ran, handed.waited);
            cpu += Math.max(0, handed.ran - handed.waited);
        }
        long running = elapsed - all.waited;
        sums.divide(samples, running, sampled, Math.min(cpu, running));
        return new Explanation.HandedOver(all.tasks, tasks, elapsed, slowElapsed, log.lost(), sums.list());
    }
}
