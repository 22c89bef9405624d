package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The JavaThreads of a running JVM: ThreadsSMRSupport::_java_thread_list (JDK 11 and later), or the linked list
 * Threads::_thread_list (JDK 8). A snapshot that may be torn: an address in it need not be a live thread any more.
 */
final class JavaThreadList {
    private static final int MAX_THREADS = 100_000;

    private final TargetMemory memory;
    private final VmStructs structs;

    JavaThreadList(HotSpot hotSpot) {
        this.memory = hotSpot.mem();
        this.structs = hotSpot.structs();
    }

    /** Addresses of the JavaThreads; empty when the list cannot be read now. */
    long[] threads() {
        try {
            OptionalLong list = structs.findAddress("ThreadsSMRSupport._java_thread_list");
            return list.isPresent() ? array(memory.readLong(list.getAsLong())) : linked();
        } catch (MemoryUnreadable e) {
            return new long[0];
        }
    }

    /**
     * The JavaThreads by the numbers that the JVM's own pid namespace has for them; empty when the list cannot be read now.
     */
    Map<Integer, Long> byTid() {
        Map<Integer, Long> found = new HashMap<>();
        long osThreadAt = structs.anyOffset("Thread._osthread", "JavaThread._osthread");
        long idAt = structs.anyOffset("OSThread._thread_id");
        for (long thread : threads()) {
            try {
                found.put(memory.readInt(memory.readLong(thread + osThreadAt) + idAt), thread);
            } catch (MemoryUnreadable e) {
                // it has ended meanwhile
            }
        }
        return found;
    }

    private long[] array(long list) {
        if (list == 0) {
            return new long[0];
        }
        int length = memory.readInt(list + structs.anyOffset("ThreadsList._length"));
        if (length <= 0 || length > MAX_THREADS) {
            return new long[0];
        }
        ByteBuffer bytes = ByteBuffer.allocate(8 * length).order(ByteOrder.LITTLE_ENDIAN);
        memory.read(memory.readLong(list + structs.anyOffset("ThreadsList._threads")), bytes);
        long[] threads = new long[length];
        bytes.flip().asLongBuffer().get(threads);
        return threads;
    }

    private long[] linked() {
        long[] threads = new long[1024];
        int count = 0;
        long next = structs.anyOffset("JavaThread._next");
        long thread = memory.readLong(structs.anyAddress("Threads._thread_list"));
        while (thread != 0 && count < threads.length) {
            threads[count++] = thread;
            thread = memory.readLong(thread + next);
        }
        return java.util.Arrays.copyOf(threads, count);
    }
}
