package dev.javelin.collector.walker;

import java.nio.ByteBuffer;

/**
 * Where the agent in a target keeps what its threads are calling, and where the JVM keeps what they wait for ({@code struct slot_table}, 24
 * bytes). Offsets are in bytes; 0 where this JVM has no such thing.
 *
 * @param slots address of the slots, see the agent's {@code Calls}
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
        int contEntry,
        int pendingMonitor,
        int waitingMonitor,
        int monitorObject,
        boolean objectIsHandle,
        boolean objectColoured,
        int objectClass) {
    static final int BYTES = 24;

    void put(ByteBuffer b) {
        b.putLong(0, slots)
                .putShort(8, (short) contEntry)
                .putShort(10, (short) pendingMonitor)
                .putShort(12, (short) waitingMonitor)
                .putShort(14, (short) monitorObject)
                .putShort(16, (short) (objectIsHandle ? 1 : 0))
                .putShort(18, (short) (objectColoured ? 1 : 0))
                .putShort(20, (short) objectClass)
                .putShort(22, (short) 0);
    }
}
