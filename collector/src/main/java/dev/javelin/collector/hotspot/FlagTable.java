package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.TargetMemory;
import java.util.HashMap;
import java.util.Map;

/** The JVM's {@code -XX} flags: an array of JVMFlag (Flag in JDK 8), each with a name and the address of its value. */
final class FlagTable {
    /** JDK 25 has about 1,000; the table ends with a row without a name. */
    private static final int MAX_FLAGS = 10_000;

    private final MemoryWindow window;
    private final VmStructs structs;

    FlagTable(TargetMemory memory, VmStructs structs) {
        this.window = new MemoryWindow(memory);
        this.structs = structs;
    }

    Map<String, Long> addresses() {
        Map<String, Long> found = new HashMap<>(2048);
        VmField table = structs.find("JVMFlag.flags", "Flag.flags");
        if (table == null) {
            return found;
        }
        int stride = structs.sizeOf(table.type());
        long nameAt = structs.anyOffset("JVMFlag._name", "Flag._name");
        long addressAt = structs.anyOffset("JVMFlag._addr", "Flag._addr");
        long count = window.readLong(structs.anyAddress("JVMFlag.numFlags", "Flag.numFlags"));
        long row = window.readLong(table.value());
        for (long i = 0; i < Math.min(count, MAX_FLAGS); i++, row += stride) {
            long name = window.readLong(row + nameAt);
            long address = window.readLong(row + addressAt);
            if (name != 0 && address != 0) {
                found.put(window.readString(name), address);
            }
        }
        return found;
    }
}
