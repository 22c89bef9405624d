package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.TargetMemory;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Whether what stands at an address in the heap is an object of a certain class, by the name in its Klass. For one thread. */
final class KlassCheck {
    private final TargetMemory memory;
    private final OopReader heap;
    private final String className;
    private final int nameAt;
    private final int lengthAt;
    private final int bodyAt;
    private final Set<Long> known = new HashSet<>();

    KlassCheck(VmStructs structs, TargetMemory memory, OopReader heap, String className) {
        this.memory = memory;
        this.heap = heap;
        this.className = className;
        nameAt = (int) structs.anyOffset("Klass._name");
        lengthAt = (int) structs.anyOffset("Symbol._length");
        bodyAt = (int) structs.anyOffset("Symbol._body[0]", "Symbol._body");
    }

    boolean isInstance(long object) {
        long klass = heap.klass(object);
        if (known.contains(klass)) {
            return true;
        }
        if (!MethodReader.isPointer(klass) || !className.equals(nameOf(klass))) {
            return false;
        }
        known.add(klass); // of the boot loader's classes, which are never unloaded
        return true;
    }

    private String nameOf(long klass) {
        long symbol = memory.readLong(klass + nameAt);
        if (!MethodReader.isPointer(symbol) || memory.readUnsignedShort(symbol + lengthAt) != className.length()) {
            return null;
        }
        byte[] body = memory.readBytes(symbol + bodyAt, className.length());
        return new String(body, StandardCharsets.ISO_8859_1);
    }
}
