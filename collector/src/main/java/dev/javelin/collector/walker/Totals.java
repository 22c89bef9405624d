package dev.javelin.collector.walker;

import dev.javelin.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads what the programs have counted: the maps {@code totals}, {@code buckets} and {@code schedules}. */
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
     * What was last seen of a thread, as it left the CPU or got one.
     *
     * @param since CLOCK_MONOTONIC, nanoseconds
     * @param ran nanoseconds that the kernel says it had run then, ever
     * @param switches times that it had left the CPU then, ever; 0: not known
     * @param onCpu nanoseconds on the CPU from the start of the recording until then
     * @param on whether it got a CPU
     * @param kind {@code enum wait_class}, as the next three if it left the CPU
     * @param woken when it was woken; 0 as long as nobody has
     * @param stack id of its stack; 0 for none
     * @param waker id of the stack that has woken it; 0 for none
     * @param javaThread address of its JavaThread, as the rest where calls are recorded; else 0
     * @param call the call that it waits in, see {@link CallId}; 0 for none
     * @param inCalls nanoseconds in calls until then, ever; -1: not known
     * @param untold nanoseconds off the CPU since then that were not told
     * @param callCpu nanoseconds on the CPU within calls, from the start of the recording until then
     */
    public record Schedule(
            int pid,
            int tid,
            long since,
            long ran,
            long switches,
            long onCpu,
            boolean on,
            int kind,
            long woken,
            long stack,
            long waker,
            long javaThread,
            long call,
            long inCalls,
            long untold,
            long callCpu) {
        /** A thread that the programs have not seen yet. */
        public static Schedule unseen(int pid, int tid, long since, long ran, long switches, boolean on, int kind) {
            return new Schedule(pid, tid, since, ran, switches, 0, on, kind, 0, 0, 0, 0, 0, -1, 0, 0);
        }
    }

    /**
     * How a virtual thread was unmounted last in a call.
     *
     * @param call see {@link CallId}
     * @param since CLOCK_MONOTONIC, nanoseconds; if it was mounted again, of that
     * @param stack id of its stack; 0 for none
     * @param objectClass as in {@link CallWait}
     * @param waiting whether it was not mounted again
     */
    public record Unmounted(long call, long since, long stack, long objectClass, boolean waiting) {}

    private final BpfMap totals;
    private final BpfMap buckets;
    private final BpfMap schedules;
    private final BpfMap unmounted;
    private final BpfMap syscalls;

    Totals(BpfMap totals, BpfMap buckets, BpfMap schedules, BpfMap unmounted, BpfMap syscalls) {
        this.syscalls = syscalls;
        this.unmounted = unmounted;
        this.totals = totals;
        this.buckets = buckets;
        this.schedules = schedules;
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

    /** Says what is known of a thread that the programs have not seen; if they have meanwhile, nothing is changed. */
    public void add(Schedule seen) {
        ByteBuffer key = buffer(Integer.BYTES).putInt(0, seen.tid());
        ByteBuffer value = buffer(schedules.lookupSize());
        value.putLong(0, seen.since())
                .putLong(8, seen.ran())
                .putLong(16, seen.switches())
                .putInt(56, seen.pid())
                .putShort(60, (short) seen.kind())
                .putShort(62, (short) (seen.on() ? 1 : 0))
                .putLong(80, seen.inCalls());
        schedules.insert(key, value);
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

    /** How many threads are in a system call that is measured. */
    int openSyscalls() {
        Set<Integer> open = new HashSet<>(); // one that ends meanwhile may begin the visit anew
        forEach(syscalls, (tid, call) -> {
            if (call.getLong(0) != 0) {
                open.add(tid.getInt(0));
            }
        });
        return open.size();
    }

    /** Visits all buckets. */
    public void forEachBucket(BucketVisitor visitor) {
        forEach(buckets, (k, v) -> visitor.bucket(k.getInt(8), k.getLong(0), k.getInt(12), v.getLong(0)));
    }

    /** How the thread was unmounted last that has the slot of this index; null if that is not kept. */
    public Unmounted unmounted(int slot) {
        ByteBuffer value = buffer(unmounted.lookupSize());
        return unmounted.lookupInt(slot, value)
                ? new Unmounted(
                        value.getLong(0),
                        value.getLong(8),
                        value.getLong(16),
                        value.getLong(24),
                        value.getLong(32) != 0)
                : null;
    }

    /** What was last seen of the threads that have not ended. */
    public List<Schedule> schedules() {
        List<Schedule> found = new ArrayList<>();
        forEach(
                schedules,
                (k, v) -> found.add(new Schedule(
                        v.getInt(56),
                        k.getInt(0),
                        v.getLong(0),
                        v.getLong(8),
                        v.getLong(16),
                        v.getLong(24),
                        v.getShort(62) != 0,
                        v.getShort(60),
                        v.getLong(32),
                        v.getLong(40),
                        v.getLong(48),
                        v.getLong(64),
                        v.getLong(72),
                        v.getLong(80),
                        v.getLong(88),
                        v.getLong(96))));
        return found;
    }
}
