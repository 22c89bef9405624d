package dev.javelin.collector.session;

import dev.javelin.collector.proc.TargetMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The slots in which a target's agent keeps what the threads are calling (see the agent's {@code Calls}: 128 bytes each; 0 key, 8 open, 16
 * base, 24 total). Each says how long its thread has been in calls so far.
 */
final class CallSlots {
    private static final int SLOT_BYTES = 128;
    private static final int OPEN = 8;
    private static final int BASE = 16;
    private static final int TOTAL = 24;
    /** Slots that are read at once. */
    private static final int CHUNK = 1 << 12;

    private CallSlots() {}

    /**
     * How long a thread has been in calls so far, nanoseconds.
     *
     * @param all in all calls
     * @param open in the one that it is in; 0 if it is in none
     */
    record InCalls(long all, long open) {
        static final InCalls NONE = new InCalls(0, 0);
    }

    /**
     * The time in calls of each platform thread, by its JavaThread, until now.
     *
     * @throws dev.javelin.collector.proc.MemoryUnreadable if the target has ended
     */
    static Map<Long, InCalls> inCalls(TargetMemory memory, ProbedCalls calls) {
        Map<Long, InCalls> threads = new HashMap<>();
        for (int first = 0; first < calls.capacity(); first += CHUNK) {
            byte[] chunk = memory.readBytes(calls.slots() + (long) first * SLOT_BYTES, CHUNK * SLOT_BYTES);
            long now = System.nanoTime();
            ByteBuffer slot = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < chunk.length; at += SLOT_BYTES) {
                long key = slot.getLong(at);
                if (key != 0 && (key & 1) == 0) {
                    long ended = slot.getLong(at + TOTAL);
                    long all = slot.getLong(at + OPEN) != 0 ? now - slot.getLong(at + BASE) : ended;
                    threads.put(key, new InCalls(all, all - ended));
                }
            }
        }
        return threads;
    }
}
