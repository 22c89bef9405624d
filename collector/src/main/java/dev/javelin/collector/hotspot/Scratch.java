package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Bulk reads of changing memory into one buffer that is used again and again: what a call returned holds until the next one.
 * For one thread.
 */
final class Scratch {
    private static final int MAX = 1 << 20;

    private final TargetMemory memory;
    private ByteBuffer buffer = allocate(1 << 12);

    Scratch(TargetMemory memory) {
        this.memory = memory;
    }

    /**
     * {@code length} bytes from {@code address}, at index 0 of the buffer, which is limited to them.
     *
     * @throws MemoryUnreadable when they are not all mapped
     * @throws IndexOutOfBoundsException when the length makes no sense
     */
    ByteBuffer read(long address, int length) {
        if (length < 0 || length > MAX) {
            throw new IndexOutOfBoundsException(length);
        }
        if (length > buffer.capacity()) {
            buffer = allocate(Integer.highestOneBit(length) * 2);
        }
        buffer.clear().limit(length);
        memory.read(address, buffer);
        return buffer;
    }

    /** Like {@link #read}, but cut before the first page that cannot be read; at least the part in the first page. */
    ByteBuffer readUpTo(long address, int length) {
        try {
            return read(address, length);
        } catch (MemoryUnreadable e) {
            int inPage = (int) (4096 - (address & 4095));
            if (e.targetGone() || inPage >= length) {
                throw e;
            }
            return read(address, inPage);
        }
    }

    private static ByteBuffer allocate(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
