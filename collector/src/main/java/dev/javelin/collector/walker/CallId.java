package dev.javelin.collector.walker;

/**
 * What the programs know a probed call by (CALL_SLOT_SHIFT of javelin.h): its number in the slot of its thread, from 1, above that the
 * slot, and whether the thread is virtual. 0 stands for none.
 */
public final class CallId {
    private static final int SLOT_SHIFT = 44;
    private static final int SLOT_MASK = 0xffff;
    private static final long VIRTUAL = 1L << 60;
    private static final long TASK = 1L << 61;

    private CallId() {}

    /** A call of a virtual thread: the number in the slot, from 1. */
    public static long ofVirtual(int slot, long number) {
        return VIRTUAL | (long) slot << SLOT_SHIFT | number;
    }

    /** Tells whose call it is: the calls of a platform thread all have the same; those of virtual threads may, one after the other. */
    public static long thread(long call) {
        return call >>> SLOT_SHIFT;
    }

    /** The index of the slot. */
    public static int slot(long call) {
        return (int) (call >>> SLOT_SHIFT) & SLOT_MASK;
    }

    /** The number in the slot: from 1, and greater for each call; 0 for none. */
    public static long number(long call) {
        return call & ((1L << SLOT_SHIFT) - 1);
    }

    /** Whether the call is a virtual thread's. */
    public static boolean isVirtual(long call) {
        return (call & VIRTUAL) != 0;
    }

    /** Whether what is meant is no call, but a task that one has handed over. */
    public static boolean isTask(long call) {
        return (call & TASK) != 0;
    }

    /** The same for a call and for the tasks that it has handed over. */
    public static long ofTasks(long call) {
        return call & (VIRTUAL - 1);
    }
}
