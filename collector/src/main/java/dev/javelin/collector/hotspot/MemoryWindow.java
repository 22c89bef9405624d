package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A read-only view of parts of a target that do not change while it runs (libjvm's tables and string constants), read in
 * large pieces: thousands of small values cost a few dozen system calls. Not for data that the target writes.
 */
final class MemoryWindow {
    private static final int CHUNK = 1 << 16;
    private static final int PAGE = 1 << 12;
    private static final int MAX_STRING = 4096;

    private final TargetMemory memory;
    private final Map<Long, ByteBuffer> chunks = new HashMap<>();
    private long lastKey = -1;
    private ByteBuffer last;

    MemoryWindow(TargetMemory memory) {
        this.memory = memory;
    }

    long readLong(long address) {
        int at = locate(address, 8);
        return at >= 0 ? last.getLong(at) : straddling(address, 8).getLong(0);
    }

    int readInt(long address) {
        int at = locate(address, 4);
        return at >= 0 ? last.getInt(at) : straddling(address, 4).getInt(0);
    }

    /** The zero-terminated string at {@code address}, at most 4,096 bytes of it; null for address 0. */
    String readString(long address) {
        if (address == 0) {
            return null;
        }
        int at = locate(address, 1);
        int end = at;
        int limit = Math.min(last.limit(), at + MAX_STRING);
        while (end < limit && last.get(end) != 0) {
            end++;
        }
        if (end == last.limit()) {
            return memory.readCString(address, MAX_STRING);
        }
        byte[] bytes = new byte[end - at];
        last.get(at, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Makes the chunk with {@code address} current; its index there, or -1 when {@code size} bytes are not all in it. */
    private int locate(long address, int size) {
        long key = address & -CHUNK;
        if (key != lastKey || address - key >= last.limit()) {
            last = chunk(key, address);
            lastKey = key;
        }
        int at = (int) (address - key);
        return at + size <= last.limit() ? at : -1;
    }

    private ByteBuffer chunk(long key, long address) {
        ByteBuffer known = chunks.get(key);
        if (known != null && address - key < known.limit()) {
            return known;
        }
        ByteBuffer fresh = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        try {
            memory.read(key, fresh);
        } catch (MemoryUnreadable e) {
            // the mapping begins or ends inside this chunk: only the page that is asked for
            long page = address & -PAGE;
            fresh.clear().position((int) (page - key)).limit((int) (page - key) + PAGE);
            memory.read(page, fresh);
        }
        fresh.position(0);
        chunks.put(key, fresh);
        return fresh;
    }

    private ByteBuffer straddling(long address, int size) {
        ByteBuffer small = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        memory.read(address, small);
        return small;
    }
}
