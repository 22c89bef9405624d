package dev.javelin.collector.walker;

import java.nio.ByteBuffer;

/**
 * Where the agent in a target keeps what its threads are calling, and where the JVM keeps what they wait for ({@code struct slot_table}, 32
 * bytes). Offsets are in bytes; 0 where this JVM has no such thing.
 *
 * @param slots address of the slots, see the agent's {@code Calls}
 * @param log2Slots how many there are
 * @param contEntry offset in JavaThread of the mounted virtual thread's entry
 * @param pendingMonitor offset in JavaThread of the ObjectMonitor that it wants to enter
 * @param waitingMonitor offset in JavaThread of the ObjectMonitor that it waits to be notified by
 * @param monitorObject offset in ObjectMonitor of the reference to its object
 * @param objectIsHandle whether that reference is one to a reference
 * @param objectColoured whether references are coloured, as by ZGC
 * @param objectClass offset in an object of the word that tells its class
 */
public record SlotTable(
        long slots,
        int log2Slots,
        int contEntry,
        int pendingMonitor,
        int waitingMonitor,
        int monitorObject,
        boolean objectIsHandle,
        boolean objectColoured,
        int objectClass) {
    static final int BYTES = 32;

    void put(ByteBuffer b) {
        b.putLong(0, slots)
                .putInt(8, log2Slots)
                .putShort(12, (short) contEntry)
                .putShort(14, (short) pendingMonitor)
                .putShort(16, (short) waitingMonitor)
                .putShort(18, (short) monitorObject)
                .putShort(20, (short) (objectIsHandle ? 1 : 0))
                .putShort(22, (short) (objectColoured ? 1 : 0))
                .putShort(24, (short) objectClass)
                .putShort(26, (short) 0)
                .putInt(28, 0);
    }
}
