package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;

/**
 * Where the template interpreter's method entries lie: the code that builds a frame, in which a stack walk has to follow other
 * rules than in the bytecodes. They are neighbours in the interpreter's StubQueue, with descriptions such as {@code "method entry
 * point (kind = zerolocals)"} (src/hotspot/share/interpreter/templateInterpreterGenerator.cpp, JDK 17 and 25).
 *
 * @param low first address; 0 where the queue cannot be read
 * @param high first address after them
 */
public record InterpreterEntries(long low, long high) {
    private static final int MAX_CODELETS = 2048;
    private static final String ENTRY = "method entry point";

    /** Reads them from a running JVM; empty if the tables do not tell. */
    public static InterpreterEntries of(HotSpot hotSpot, CodeLayout layout) {
        VmStructs structs = hotSpot.structs();
        long size = structs.offsetOrMinusOne("InterpreterCodelet._size");
        long description = structs.offsetOrMinusOne("InterpreterCodelet._description");
        if (size < 0 || description < 0) {
            return new InterpreterEntries(0, 0);
        }
        try {
            return scan(hotSpot.mem(), layout.interpreter(), size, description);
        } catch (MemoryUnreadable e) {
            return new InterpreterEntries(0, 0);
        }
    }

    private static InterpreterEntries scan(
            TargetMemory memory, CodeLayout.Interpreter interpreter, long size, long description) {
        long low = 0;
        long high = 0;
        long codelet = interpreter.low();
        for (int i = 0; i < MAX_CODELETS && codelet < interpreter.high(); i++) {
            int bytes = memory.readInt(codelet + size);
            if (bytes <= 0) {
                break;
            }
            long text = memory.readLong(codelet + description);
            if (text != 0 && memory.readCString(text, ENTRY.length()).equals(ENTRY)) {
                low = low == 0 ? codelet : low;
                high = codelet + bytes;
            }
            codelet += bytes;
        }
        return new InterpreterEntries(low, high);
    }
}
