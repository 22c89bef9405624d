package dev.javelin.collector.walker;

import dev.javelin.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** Reads what the programs have counted: the maps {@code totals}, {@code buckets} and {@code waits}. */
public final class Totals {
    /** One entry of {@code totals}: events of one probe, stack, thread and key. */
    public interface TotalVisitor {
        /**
         * One entry.
         *
         * @param stack id of the stack, as its record gave it; 0 for none
         * @param wait {@code enum wait_class}
         */
        void total(int probe, int pid, int tid, long stack, long key, int wait, Total total);
    }

    /** Events and their values: how many, their sum, the smallest and the greatest one. */
    public record Total(long count, long sum, long least, long most) {}

    /** One bucket of a histogram. */
    public interface BucketVisitor {
        void bucket(int probe, long key, int bucket, long count);
    }

    /**
     * A thread that is off the CPU.
     *
     * @param kind {@code enum wait_class}
     * @param woken 0 as long as nobody has woken it
     * @param waker id of the stack that has woken it; 0 for none
     */
    public record Wait(int pid, int tid, long since, long woken, long stack, int kind, long waker) {}

    /**
     * A thread's time on the CPU.
     *
     * @param since when it got the CPU that it has; 0 if it has none
     * @param total nanoseconds before that
     */
    public record Run(int pid, int tid, long since, long total) {}

    private final BpfMap totals;
    private final BpfMap buckets;
    private final BpfMap waits;
    private final BpfMap runs;

    Totals(BpfMap totals, BpfMap buckets, BpfMap waits, BpfMap runs) {
        this.totals = totals;
        this.buckets = buckets;
        this.waits = waits;
        this.runs = runs;
    }

    private interface Entry {
        void entry(ByteBuffer key, ByteBuffer value);
    }

    private static void forEach(BpfMap map, Entry visitor) {
        ByteBuffer key = buffer(map.keySize());
        ByteBuffer next = buffer(map.keySize());
        ByteBuffer value = buffer(map.lookupSize());
        boolean more = map.nextKey(null, next);
        while (more) {
            key.put(0, next, 0, map.keySize());
            if (map.lookup(key, value)) {
                visitor.entry(key, value);
            }
            more = map.nextKey(key, next);
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Counts a thread as off the CPU from {@code since} on, which was so before the programs saw it leave.
     *
     * @param wait told by {@link #forEachTotal}; no {@code enum wait_class}
     * @return false if the programs have seen it leave meanwhile
     */
    public boolean beginWait(int pid, int tid, long since, int wait) {
        ByteBuffer key = buffer(Integer.BYTES).putInt(0, tid);
        ByteBuffer value = buffer(waits.lookupSize());
        value.putLong(0, since).putInt(24, pid).putInt(28, wait);
        return waits.insert(key, value);
    }

    /** Counts a thread as on the CPU from {@code since} on, unless the programs have seen it get there. */
    public void beginRun(int pid, int tid, long since) {
        ByteBuffer key = buffer(Integer.BYTES).putInt(0, tid);
        ByteBuffer value = buffer(runs.lookupSize());
        value.putLong(0, since).putInt(16, pid);
        runs.insert(key, value);
    }

    /** Visits all totals. */
    public void forEachTotal(TotalVisitor visitor) {
        forEach(
                totals,
                (k, v) -> visitor.total(
                        k.getInt(16),
                        k.getInt(20),
                        k.getInt(24),
                        k.getLong(0),
                        k.getLong(8),
                        k.getInt(28),
                        new Total(v.getLong(0), v.getLong(8), v.getLong(16), v.getLong(24))));
    }

    /** Visits all buckets. */
    public void forEachBucket(BucketVisitor visitor) {
        forEach(buckets, (k, v) -> visitor.bucket(k.getInt(8), k.getLong(0), k.getInt(12), v.getLong(0)));
    }

    /** The threads that are off the CPU now, by tid. */
    public Map<Integer, Wait> waits() {
        Map<Integer, Wait> found = new HashMap<>();
        forEach(waits, (k, v) -> {
            if (v.getLong(0) != 0) {
                Wait wait = new Wait(
                        v.getInt(24),
                        k.getInt(0),
                        v.getLong(0),
                        v.getLong(8),
                        v.getLong(16),
                        v.getInt(28),
                        v.getLong(32));
                found.put(wait.tid(), wait);
            }
        });
        return found;
    }

    /** The time on the CPU of the threads that have not ended, by tid, if that is measured. */
    public Map<Integer, Run> runs() {
        Map<Integer, Run> found = new HashMap<>();
        forEach(runs, (k, v) -> found.put(k.getInt(0), new Run(v.getInt(16), k.getInt(0), v.getLong(0), v.getLong(8))));
        return found;
    }
}
