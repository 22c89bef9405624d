package dev.javelin.collector.session;

import dev.javelin.collector.proc.TargetMemory;
import dev.javelin.collector.walker.CallId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The slots in which a target's agent keeps what the threads are calling (see the agent's {@code Calls}: 128 bytes each; 0 key, 8 open, 16
 * base, 24 total, 32 calls, 80 nanoseconds of ended calls of virtual threads, 104 of a platform thread its task, if it runs one for a call, 112 when
 * that began, less the total, 120 how long it had been queued, and 1; 0 if it has been told). Each says how long its thread has been in calls so far; that
 * of a virtual thread, which it has for as long as a call, also how long its earlier owners have been.
 */
final class CallSlots {
    private static final int SLOT_BYTES = 128;
    private static final int OPEN = 8;
    private static final int BASE = 16;
    private static final int TOTAL = 24;
    private static final int CALLS = 32;
    private static final int OF_VIRTUAL = 80;
    private static final int TASK = 104;
    private static final int TASK_BASE = 112;
    private static final int TASK_QUEUED = 120;
    /** Slots that are read at once. */
    private static final int CHUNK = 1 << 12;

    private CallSlots() {}

    /**
     * How long a thread has been in calls so far, nanoseconds.
     *
     * @param all in all calls
     * @param open in the one that it is in; 0 if it is in none
     * @param call the one that a virtual thread is in, see {@link CallId}; 0 if it is in none, and for platform threads
     */
    record InCalls(long all, long open, long call) {
        static final InCalls NONE = new InCalls(0, 0, 0);
    }

    /** What the slots say. */
    static final class Look {
        /** See {@link #look}. */
        final Map<Long, InCalls> inCalls = new HashMap<>();
        /** By the index of a slot: how many calls have ended there. */
        final long[] ended;

        private Look(int slots) {
            ended = new long[slots];
        }
    }

    /** By what the time of the virtual threads that had a slot is known: an odd number. */
    static boolean isVirtual(long key) {
        return (key & 1) != 0;
    }

    /**
     * The time in calls until {@code now}: of each platform thread, by its JavaThread, and of the virtual threads that had a slot, by twice its
     * index and 1. To read them all takes some milliseconds, in which thousands of threads would gain seconds.
     *
     * @param now {@link System#nanoTime} just before the call
     * @throws dev.javelin.collector.proc.MemoryUnreadable if the target has ended
     */
    static Look look(TargetMemory memory, ProbedCalls calls, long now) {
        Look look = new Look(calls.capacity());
        for (int first = 0; first < calls.capacity(); first += CHUNK) {
            byte[] chunk = memory.readBytes(calls.slots() + (long) first * SLOT_BYTES, CHUNK * SLOT_BYTES);
            ByteBuffer slot = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < chunk.length; at += SLOT_BYTES) {
                int index = first + at / SLOT_BYTES;
                look.ended[index] = slot.getLong(at + CALLS);
                long key = slot.getLong(at);
                long ended = slot.getLong(at + TOTAL);
                boolean open = slot.getLong(at + OPEN) != 0;
                long all = open ? Math.max(ended, now - slot.getLong(at + BASE)) : ended;
                if (key != 0 && !isVirtual(key)) {
                    look.inCalls.put(key, new InCalls(all, all - ended, 0));
                }
                long virtual = slot.getLong(at + OF_VIRTUAL);
                if (isVirtual(key) || virtual != 0) {
                    long call = isVirtual(key) && open ? CallId.ofVirtual(index, look.ended[index] + 1) : 0;
                    long current = isVirtual(key) ? all : 0;
                    look.inCalls.put(2L * index + 1, new InCalls(virtual + current, open ? current : 0, call));
                }
            }
        }
        return look;
    }

    /**
     * A task that a thread runs for a call of another.
     *
     * @param slot index of its thread's
     * @param base what stands there
     * @param nanos how long it has run; not positive if it began later
     * @param queued how long it had been queued, and 1; 0 if it has been told
     */
    record Running(int slot, long call, long base, long nanos, long queued) {}

    /**
     * The tasks that run, without the calls in them.
     *
     * @param now {@link System#nanoTime} just before the call
     * @throws dev.javelin.collector.proc.MemoryUnreadable if the target has ended
     */
    static List<Running> running(TargetMemory memory, ProbedCalls calls, long now) {
        List<Running> running = new ArrayList<>();
        for (int first = 0; first < calls.capacity(); first += CHUNK) {
            byte[] chunk = memory.readBytes(calls.slots() + (long) first * SLOT_BYTES, CHUNK * SLOT_BYTES);
            ByteBuffer slot = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < chunk.length; at += SLOT_BYTES) {
                long key = slot.getLong(at);
                long call = slot.getLong(at + TASK);
                if (key != 0 && !isVirtual(key) && call != 0) {
                    long inCalls =
                            slot.getLong(at + OPEN) != 0 ? now - slot.getLong(at + BASE) : slot.getLong(at + TOTAL);
                    long base = slot.getLong(at + TASK_BASE);
                    running.add(new Running(
                            first + at / SLOT_BYTES, call, base, now - inCalls - base, slot.getLong(at + TASK_QUEUED)));
                }
            }
        }
        return running;
    }
}
