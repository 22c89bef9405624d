package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/**
 * Tells when the target has unloaded classes, which is when a Method* that was valid may begin to mean something else. The
 * measure is the JVM's own counter java.cls.unloadedClasses, which it raises before it frees their memory, in its jvmstat
 * memory (PerfMemory; layout of its entries in runtime/perfMemory.hpp, unchanged since JDK 5). With -XX:-UsePerfData it is
 * the number of the last unloading cycle (CodeCache::_unloading_cycle, 1 to 3 in turn), which changes more often.
 *
 * <p>For one thread.
 */
final class UnloadEpoch {
    private static final String COUNTERS = "java.cls.unloadedClasses";
    private static final String SHARED = "java.cls.sharedUnloadedClasses";
    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_BYTES = 1 << 20;
    private static final String CYCLE = "_ZN9CodeCache16_unloading_cycleE";

    private final TargetMemory memory;
    private long unloaded;
    private long sharedUnloaded;
    private long cycle;
    private long value;
    private long epoch;

    UnloadEpoch(HotSpot hotSpot) {
        this.memory = hotSpot.mem();
        try {
            findCounters(hotSpot.structs());
        } catch (MemoryUnreadable | IllegalStateException | IndexOutOfBoundsException e) {
            unloaded = 0;
        }
        if (unloaded == 0) {
            cycle = hotSpot.symbol(CYCLE).orElse(0);
        }
        value = read();
    }

    /** Grows with each {@link #advance} that found that classes were unloaded. */
    long epoch() {
        return epoch;
    }

    /** Looks now; true when classes were unloaded since the last look, or that cannot be told. */
    boolean advance() {
        long now = read();
        if (now == value) {
            return false;
        }
        value = now;
        epoch++;
        return true;
    }

    /** Whether classes were unloaded since the last {@link #advance}. */
    boolean moved() {
        return read() != value;
    }

    private long read() {
        try {
            if (unloaded != 0) {
                return memory.readLong(unloaded) + (sharedUnloaded == 0 ? 0 : memory.readLong(sharedUnloaded));
            }
            return cycle == 0 ? 0 : memory.readByte(cycle);
        } catch (MemoryUnreadable e) {
            return value;
        }
    }

    private void findCounters(VmStructs structs) {
        OptionalLong startAt = structs.findAddress("PerfMemory._start");
        OptionalLong topAt = structs.findAddress("PerfMemory._top");
        if (startAt.isEmpty() || topAt.isEmpty()) {
            return;
        }
        long start = memory.readLong(startAt.getAsLong());
        long used = memory.readLong(topAt.getAsLong()) - start;
        if (start == 0 || used <= 0) {
            return;
        }
        byte[] bytes = memory.readBytes(start, (int) Math.min(used, MAX_BYTES));
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int entry = data.getInt((int) structs.offset("PerfDataPrologue", "entry_offset"));
        int count = Math.min(data.getInt((int) structs.offset("PerfDataPrologue", "num_entries")), MAX_ENTRIES);
        int lengthAt = (int) structs.offset("PerfDataEntry", "entry_length");
        int nameAt = (int) structs.offset("PerfDataEntry", "name_offset");
        int dataAt = (int) structs.offset("PerfDataEntry", "data_offset");
        for (int i = 0; i < count; i++) {
            int name = entry + data.getInt(entry + nameAt);
            long address = start + entry + data.getInt(entry + dataAt);
            if (isNamed(bytes, name, COUNTERS)) {
                unloaded = address;
            } else if (isNamed(bytes, name, SHARED)) {
                sharedUnloaded = address;
            }
            entry += data.getInt(entry + lengthAt);
        }
    }

    private static boolean isNamed(byte[] bytes, int at, String name) {
        byte[] wanted = name.getBytes(StandardCharsets.US_ASCII);
        int end = at + wanted.length;
        return at >= 0
                && end < bytes.length
                && bytes[end] == 0
                && java.util.Arrays.equals(bytes, at, end, wanted, 0, wanted.length);
    }
}
