package dev.javelin.collector.walker;

import java.nio.ByteBuffer;

/**
 * Where the agent in a target keeps what its threads are calling, and where the JVM keeps what they wait for ({@code struct slot_table}, 40
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
 * @param vthread offset in JavaThread of the handle of the java.lang.Thread that runs there; 0 if virtual threads are not explained
 * @param eetop offset in a java.lang.Thread of its JavaThread's address
 * @param tid the same of its number
 * @param tasks whether tasks are followed that calls hand over
 * @param continuationTarget offset in a Continuation of what it runs
 * @param targetThread offset in that, if it is a virtual thread's, of the thread
 */
public record SlotTable(
        long slots,
        int contEntry,
        int pendingMonitor,
        int waitingMonitor,
        int monitorObject,
        boolean objectIsHandle,
        boolean objectColoured,
        int objectClass,
        int vthread,
        int eetop,
        int tid,
        boolean tasks,
        int continuationTarget,
        int targetThread) {
    static final int BYTES = 40;

    void put(ByteBuffer b) {
        b.putLong(0, slots)
                .putShort(8, (short) contEntry)
                .putShort(10, (short) pendingMonitor)
                .putShort(12, (short) waitingMonitor)
                .putShort(14, (short) monitorObject)
                .putShort(16, (short) (objectIsHandle ? 1 : 0))
                .putShort(18, (short) (objectColoured ? 1 : 0))
                .putShort(20, (short) objectClass)
                .putShort(22, (short) vthread)
                .putShort(24, (short) eetop)
                .putShort(26, (short) tid)
                .putShort(28, (short) (tasks ? 1 : 0))
                .putShort(30, (short) continuationTarget)
                .putShort(32, (short) targetThread);
    }
}
