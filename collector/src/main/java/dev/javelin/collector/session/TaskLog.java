package dev.javelin.collector.session;

import dev.javelin.collector.proc.TargetMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads what the agent in a target says of tasks: of those that have ended in a ring of records, and of those that run in their threads' slots
 * (see the agent's {@code Tasks}, which has the layout). Used by one thread.
 */
final class TaskLog {
    private static final long WRITING_NANOS = 10_000_000;
    private static final int STATE_BYTES = 16;
    private static final int WRITTEN = 256;
    private static final int RECORD_BYTES = 64;
    private static final int CALL = 8;
    private static final int END = 16;
    private static final int BASE = 24;
    private static final int NANOS = 32;
    private static final int QUEUED = 40;
    private static final int SLOT = 48;
    /** The oldest may be overwritten while they are read. */
    private static final int MARGIN = 256;

    private final TaskRecords records;
    private long next;
    private long lost;
    private long lostBefore;
    private long lostThere;

    /**
     * A task, or a part of one that others interrupted in its thread.
     *
     * @param call that it belongs to
     * @param begins whether it is its first part
     * @param nanos how long it ran
     * @param queuedNanos from its hand-over until it began; 0 of other parts
     */
    record Task(long call, boolean begins, long nanos, long queuedNanos) {
        private static Task of(long call, long nanos, long queued) {
            return new Task(call, queued > 0, Math.max(0, nanos), Math.max(0, queued - 1));
        }
    }

    /** What is known of one that has ended. */
    private record Ended(long call, long endNanos, long base, long nanos, long queued, int slot) {
        Task task() {
            return Task.of(call, nanos, queued);
        }
    }

    TaskLog(TaskRecords records) {
        this.records = records;
    }

    /**
     * What is written from now on is of interest.
     *
     * @throws dev.javelin.collector.proc.MemoryUnreadable if the target has ended
     */
    void begin(TargetMemory memory) {
        next = written(memory);
        lostBefore = lostThere;
    }

    /**
     * Those that have ended since it was asked for last.
     *
     * @throws dev.javelin.collector.proc.MemoryUnreadable if the target has ended
     */
    List<Task> read(TargetMemory memory) {
        return readEnded(memory).stream().map(Ended::task).toList();
    }

    /**
     * The same until {@code now}, {@link System#nanoTime}, which has just been, with what those have done that still ran then.
     *
     * @throws dev.javelin.collector.proc.MemoryUnreadable if the target has ended
     */
    List<Task> end(TargetMemory memory, ProbedCalls calls, long now) {
        Map<Integer, CallSlots.Running> running = new HashMap<>();
        for (CallSlots.Running task : CallSlots.running(memory, calls, now)) {
            running.put(task.slot(), task);
        }
        List<Task> tasks = new ArrayList<>();
        running.values().stream()
                .filter(task -> task.nanos() > 0)
                .forEach(task -> tasks.add(Task.of(task.call(), task.nanos(), task.queued())));
        long until = written(memory);
        List<Ended> all = readEnded(memory);
        if (next < until) { // one was just being written, which hides those behind it
            LockSupport.parkNanos(WRITING_NANOS);
            all.addAll(readEnded(memory));
            skipTo(until);
        }
        for (Ended ended : all) {
            CallSlots.Running still = running.get(ended.slot());
            long after = Math.max(0, ended.endNanos() - now);
            if (after < ended.nanos() && (still == null || still.base() != ended.base())) {
                tasks.add(Task.of(ended.call(), ended.nanos() - after, ended.queued()));
            }
        }
        return tasks;
    }

    /** How many could not be followed, or were overwritten before they were read. */
    long lost() {
        return lost + lostThere - lostBefore;
    }

    private List<Ended> readEnded(TargetMemory memory) {
        List<Ended> ended = new ArrayList<>();
        long written = written(memory);
        skipTo(written - records.capacity());
        while (next < written) {
            int index = (int) (next & (records.capacity() - 1));
            int count = (int) Math.min(written - next, records.capacity() - index);
            byte[] bytes = memory.readBytes(
                    records.state() + records.first() + (long) index * RECORD_BYTES, count * RECORD_BYTES);
            if (skipTo(written(memory) - records.capacity() + MARGIN)) {
                continue;
            }
            ByteBuffer record = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < bytes.length; at += RECORD_BYTES) {
                if (record.getLong(at) != next + 1) {
                    return ended; // it is just being written
                }
                next++;
                ended.add(new Ended(
                        record.getLong(at + CALL),
                        record.getLong(at + END),
                        record.getLong(at + BASE),
                        record.getLong(at + NANOS),
                        record.getLong(at + QUEUED),
                        (int) record.getLong(at + SLOT)));
            }
        }
        return ended;
    }

    /** Gives those up that are older. */
    private boolean skipTo(long oldest) {
        boolean skipped = next < oldest;
        if (skipped) {
            lost += oldest - next;
            next = oldest;
        }
        return skipped;
    }

    private long written(TargetMemory memory) {
        ByteBuffer state = ByteBuffer.wrap(memory.readBytes(records.state() + WRITTEN, STATE_BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        lostThere = state.getLong(8);
        return state.getLong(0);
    }
}
