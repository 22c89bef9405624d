package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Which monitor a thread waits for, as others read it: JavaThread → ObjectMonitor → object → class. {@code gHotSpotVMStructs} has the
 * offsets (checked with JDK 17 and 25). For one thread.
 */
public final class Monitors {
    private static final int LONGEST_NAME = 1024;

    private final TargetMemory memory;
    private final OopReader heap;
    private final VmStructs structs;
    private final int nameAt;
    private final int lengthAt;
    private final int bodyAt;
    private final Map<Long, String> names = new HashMap<>();

    public Monitors(HotSpot hotSpot, CodeLayout layout) {
        memory = hotSpot.mem();
        structs = hotSpot.structs();
        heap = new OopReader(hotSpot, layout);
        nameAt = (int) structs.anyOffset("Klass._name");
        lengthAt = (int) structs.anyOffset("Symbol._length");
        bodyAt = (int) structs.anyOffset("Symbol._body[0]", "Symbol._body");
    }

    /** Offset in JavaThread of the ObjectMonitor that it wants to enter; 0 if this JVM does not tell. */
    public int pending() {
        return offset("JavaThread._current_pending_monitor", "Thread._current_pending_monitor");
    }

    /** Offset in JavaThread of the ObjectMonitor in whose {@code wait} it is; 0 if this JVM does not tell. */
    public int waiting() {
        return offset("JavaThread._current_waiting_monitor", "Thread._current_waiting_monitor");
    }

    /** Offset in ObjectMonitor of its object. */
    public int object() {
        return offset("ObjectMonitor._object");
    }

    /** Whether {@link #object} is a reference to a reference (WeakHandle, since JDK 16) and not the object's own address. */
    public boolean isHandle(int majorVersion) {
        return majorVersion >= 16;
    }

    /** Offset in an object of the word that tells its class. */
    public int classWord() {
        return heap.klassWordAt();
    }

    private int offset(String... names) {
        VmField field = structs.find(names);
        return field == null ? 0 : (int) field.value();
    }

    /** What tells classes apart, by an object's word at {@link #classWord}: the word may have more in it; 0 if that is 0. */
    public long classOf(long word) {
        return word == 0 ? 0 : heap.klassOf(word);
    }

    /** The class of an object, with dots, by its word at {@link #classWord}; empty if that is none. */
    public String className(long word) {
        return names.computeIfAbsent(heap.klassOf(word), this::read);
    }

    private String read(long klass) {
        try {
            if (!MethodReader.isPointer(klass)) {
                return "";
            }
            long symbol = memory.readLong(klass + nameAt);
            if (!MethodReader.isPointer(symbol)) {
                return "";
            }
            int length = memory.readUnsignedShort(symbol + lengthAt);
            if (length > LONGEST_NAME) {
                return "";
            }
            return new String(memory.readBytes(symbol + bodyAt, length), StandardCharsets.UTF_8).replace('/', '.');
        } catch (MemoryUnreadable e) {
            return "";
        }
    }
}
