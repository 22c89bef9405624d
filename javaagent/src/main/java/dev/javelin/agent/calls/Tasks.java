package dev.javelin.agent.calls;

/**
 * Follows calls to other threads: what {@code java.util.concurrent} and {@link Thread} call where a task is handed over and where it runs.
 * While it runs, the thread's slot tells for which call; when it ends, a record of it is left for the collector.
 *
 * <p>Which call a task belongs to is kept in a table by the task's identity, from hand-over to begin. A task is never held, and never wrapped. What
 * finds no room there, or is pushed out, is counted as lost; of a task that is garbage the place is used again.
 *
 * <p>Nothing here locks. Only what a followed call hands over is allocated for. While no task is under way the cost of a task's begin and end is
 * one load, and that of a hand-over the search for the thread's slot.
 *
 * <p>Offsets, in bytes. State: 0 whether calls are followed, 128 tasks under way, 256 records that were written, 264 tasks lost; from
 * 384 on the records. Record, 64 bytes: 0 its number, from 1, written last, 8 the call, 16 the end, 24 what the slot had at 112, 32 nanoseconds that
 * the task ran, 40 what the slot had at 120, 48 the slot's number.
 */
public final class Tasks {
    private static final Memory MEMORY = Memory.getUnsafe();

    /** What {@link #begin} says of a task that is none of ours. */
    private static final long NOT_FOLLOWED = -1;

    private static final int PLACES = 1 << 14;
    private static final int LONGEST_SEARCH = 16;
    private static final Task[] TABLE = new Task[PLACES];
    private static final long FIRST_PLACE = arrayNumber("arrayBaseOffset");
    private static final long PLACE_BYTES = arrayNumber("arrayIndexScale");

    private static final int RECORDS = 1 << 16;
    private static final int RECORD_BYTES = 64;
    private static final int STATE_BYTES = 384;
    private static final long STATE = Calls.zeroed(STATE_BYTES + (long) RECORDS * RECORD_BYTES);
    private static final long UNDER_WAY = STATE + 128;
    private static final long WRITTEN = STATE + 256;
    private static final long LOST = STATE + 264;
    private static final long FIRST_RECORD = STATE + STATE_BYTES;

    /** The class of the threads that virtual ones are mounted on; null before JDK 19. */
    private static final Class<?> CARRIER = carrier();

    /** A pool's threads are no tasks. Named here, so that it is loaded before the first task. */
    private static final Class<?> WORKER = java.util.concurrent.ForkJoinWorkerThread.class;

    private Tasks() {}

    /** Asked for by name, since it is an int, and from JDK 25 on a long. */
    private static long arrayNumber(String method) {
        try {
            return ((Number) Memory.class.getMethod(method, Class.class).invoke(MEMORY, Object[].class)).longValue();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> carrier() {
        try {
            return Class.forName("jdk.internal.misc.CarrierThread", false, null);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    // ---- control: called by the agent's threads

    /** Address of the state, offset and number of the records. */
    public static long[] layout() {
        return new long[] {STATE, STATE_BYTES, RECORDS};
    }

    /** Follows what is handed over from now on. */
    public static void start() {
        stop();
        MEMORY.putLongRelease(null, STATE, 1);
    }

    /** Follows nothing any more, and forgets what has not begun. */
    public static void stop() {
        MEMORY.putLongRelease(null, STATE, 0);
        for (int i = 0; i < PLACES; i++) {
            TABLE[i] = null;
        }
        Calls.clearTasks();
        MEMORY.putLongRelease(null, UNDER_WAY, 0);
    }

    // ---- called where tasks are handed over and run

    /** The current thread hands a task over, which other threads will run. */
    public static void handOver(Object task) {
        if (MEMORY.getLong(null, STATE) == 0 || task == null) {
            return;
        }
        long call = Calls.current();
        if (call == 0 || WORKER.isInstance(task)) {
            return;
        }
        try {
            put(new Task(task, System.identityHashCode(task), call, System.nanoTime()));
        } catch (OutOfMemoryError e) {
            lost();
        }
    }

    /** It will not run, or its own caller runs it. */
    public static void forget(Object task) {
        if (MEMORY.getLong(null, UNDER_WAY) != 0 && task != null && take(task) != null) {
            ended();
        }
    }

    /**
     * The current thread begins to run a task.
     *
     * @return what {@link #end} is to be given
     */
    public static long begin(Object task) {
        if (MEMORY.getLong(null, UNDER_WAY) == 0 || task == null) {
            return NOT_FOLLOWED;
        }
        Task begun = take(task);
        return begun == null ? NOT_FOLLOWED : begin(begun);
    }

    private static long begin(Task task) {
        // a call that runs its own task has it as a part, and what carriers run are virtual threads
        if (Thread.currentThread().getClass() == CARRIER || Calls.isInCall()) {
            ended();
            return NOT_FOLLOWED;
        }
        long slot = Calls.isVirtual() ? 0 : Calls.ownSlot();
        if (slot == 0) {
            ended();
            lost();
            return NOT_FOLLOWED;
        }
        long now = System.nanoTime();
        long previous = MEMORY.getLong(null, slot + 104);
        if (previous != 0) {
            record(slot, previous, now);
        }
        long queued = now - task.handedOver;
        MEMORY.putLong(null, slot + 112, now - MEMORY.getLong(null, slot + 24));
        MEMORY.putLong(null, slot + 120, (queued < 0 ? 0 : queued) + 1);
        MEMORY.putLongRelease(null, slot + 104, task.call);
        return previous;
    }

    /** The task that the current thread has begun last has returned or thrown. */
    public static void end(long begun) {
        if (begun == NOT_FOLLOWED || MEMORY.getLong(null, UNDER_WAY) == 0) {
            return;
        }
        long slot = Calls.slotOfTask();
        long call = slot == 0 ? 0 : MEMORY.getLong(null, slot + 104);
        if (call == 0) {
            return;
        }
        long now = System.nanoTime();
        if (begun != 0) {
            record(slot, call, now);
            MEMORY.putLong(null, slot + 112, now - MEMORY.getLong(null, slot + 24));
            MEMORY.putLong(null, slot + 120, 0);
            MEMORY.putLongRelease(null, slot + 104, begun);
        } else {
            MEMORY.putLongRelease(null, slot + 104, 0);
            record(slot, call, now);
            Calls.release(slot);
        }
        ended();
    }

    /** A pool's worker, which runs one task at a time, begins one. */
    public static void beginAlone(Object task) {
        begin(task);
    }

    /** It has ended. */
    public static void endAlone() {
        end(0);
    }

    /** The current thread is a pool's worker: what it does belongs to no call, even if one has made it start. */
    public static void work() {
        if (MEMORY.getLong(null, UNDER_WAY) == 0) {
            return;
        }
        long slot = Calls.slotOfTask();
        if (slot != 0 && MEMORY.getLong(null, slot + 104) != 0) {
            MEMORY.putLongRelease(null, slot + 104, 0);
            Calls.release(slot);
            ended();
        }
    }

    private static void record(long slot, long call, long now) {
        long base = MEMORY.getLong(null, slot + 112);
        long number = MEMORY.getAndAddLong(null, WRITTEN, 1);
        long at = FIRST_RECORD + (number & (RECORDS - 1)) * RECORD_BYTES;
        MEMORY.putLong(null, at + 8, call);
        MEMORY.putLong(null, at + 16, now);
        MEMORY.putLong(null, at + 24, base);
        MEMORY.putLong(null, at + 32, now - MEMORY.getLong(null, slot + 24) - base);
        MEMORY.putLong(null, at + 40, MEMORY.getLong(null, slot + 120));
        MEMORY.putLong(null, at + 48, Calls.index(slot));
        MEMORY.putLongRelease(null, at, number + 1);
    }

    private static void ended() {
        MEMORY.getAndAddLong(null, UNDER_WAY, -1);
    }

    private static void lost() {
        MEMORY.getAndAddLong(null, LOST, 1);
    }

    private static long place(int index) {
        return FIRST_PLACE + (index & (PLACES - 1)) * PLACE_BYTES;
    }

    private static void put(Task task) {
        Task oldest = null;
        long place = 0;
        for (int i = 0; i < LONGEST_SEARCH; i++) {
            long at = place(task.hash + i);
            Task there = (Task) MEMORY.getReference(TABLE, at);
            if (there == null || there.get() == null) {
                if (MEMORY.compareAndSetReference(TABLE, at, there, task)) {
                    MEMORY.getAndAddLong(null, UNDER_WAY, there == null ? 1 : 0);
                    return;
                }
            } else if (oldest == null || there.handedOver - oldest.handedOver < 0) {
                oldest = there;
                place = at;
            }
        }
        lost(); // the oldest there, or if others are quicker, this one
        if (oldest != null) {
            MEMORY.compareAndSetReference(TABLE, place, oldest, task);
        }
    }

    /** Of several that are the same object, the oldest. */
    private static Task take(Object task) {
        int hash = System.identityHashCode(task);
        while (true) {
            Task found = null;
            long place = 0;
            for (int i = 0; i < LONGEST_SEARCH; i++) {
                long at = place(hash + i);
                Task there = (Task) MEMORY.getReference(TABLE, at);
                if (there != null
                        && there.hash == hash
                        && (found == null || there.handedOver - found.handedOver < 0)
                        && there.get() == task) {
                    found = there;
                    place = at;
                }
            }
            if (found == null || MEMORY.compareAndSetReference(TABLE, place, found, null)) {
                return found;
            }
        }
    }
}
