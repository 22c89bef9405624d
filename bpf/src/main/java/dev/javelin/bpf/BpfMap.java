package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibBpf;
import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.nio.ByteBuffer;

/**
 * One map of a loaded {@link BpfObject}, which owns it. Keys and values are read from and written to the buffers' positions, which
 * do not move; byte order is the caller's (the kernel's is little endian).
 *
 * <p>Any thread may call; calls on one map wait for each other. After the object's close every method throws
 * {@link IllegalStateException}.
 */
public final class BpfMap {
    private static final int TYPE_HASH_PER_CPU = 5;
    private static final int TYPE_ARRAY_PER_CPU = 6;
    private static final int TYPE_LRU_HASH_PER_CPU = 10;
    private static final int BATCH_BYTES = 1 << 20;
    private static final long NO_EXIST = 1;

    private final String name;
    private final int fd;
    private final int keySize;
    private final int valueSize;
    private final int maxEntries;
    private final boolean perCpu;
    private final NativeBlock scratch;
    private final int valueAt;
    private final int transferSize;
    private Mapping mapping;
    private boolean closed;

    BpfMap(long handle) {
        name = LibBpf.bpf_map__name(handle);
        fd = (int) BpfException.check(LibBpf.bpf_map__fd(handle), "find map", name);
        keySize = LibBpf.bpf_map__key_size(handle);
        valueSize = LibBpf.bpf_map__value_size(handle);
        maxEntries = LibBpf.bpf_map__max_entries(handle);
        int type = LibBpf.bpf_map__type(handle);
        perCpu = type == TYPE_HASH_PER_CPU || type == TYPE_ARRAY_PER_CPU || type == TYPE_LRU_HASH_PER_CPU;
        transferSize = perCpu ? roundUp8(valueSize) * Cpus.possible() : valueSize;
        valueAt = roundUp8(keySize);
        scratch = new NativeBlock(valueAt + Math.max(transferSize, roundUp8(keySize)));
    }

    private static int roundUp8(int size) {
        return (size + 7) & ~7;
    }

    public String name() {
        return name;
    }

    /** The map's file descriptor; it is the object's, not the caller's, to close. */
    public int fd() {
        return fd;
    }

    /** Bytes. */
    public int keySize() {
        return keySize;
    }

    /** Bytes of one value; for a per-CPU map, of one CPU's. */
    public int valueSize() {
        return valueSize;
    }

    /** Entries; for a ring buffer, bytes. */
    public int maxEntries() {
        return maxEntries;
    }

    /** Bytes that a lookup fills: {@link #valueSize()}, or for a per-CPU map that rounded up to 8, once for each possible CPU. */
    public int lookupSize() {
        return transferSize;
    }

    /** Copies the value of {@code key}, {@link #lookupSize()} bytes; false when there is none. */
    public synchronized boolean lookup(ByteBuffer key, ByteBuffer value) {
        putKey(key);
        if (LibBpf.bpf_map_lookup_elem(fd, scratch.address(), scratch.address() + valueAt) < 0) {
            return missing("look up in");
        }
        value.put(value.position(), scratch.buffer(), valueAt, transferSize);
        return true;
    }

    /** Sets the value of {@code key} ({@code BPF_ANY}), {@link #lookupSize()} bytes. */
    public synchronized void update(ByteBuffer key, ByteBuffer value) {
        putKey(key);
        store(value);
    }

    /** Sets the value of a key that is not there yet; false when it is. */
    public synchronized boolean insert(ByteBuffer key, ByteBuffer value) {
        putKey(key);
        scratch.buffer().put(valueAt, value, value.position(), transferSize);
        if (LibBpf.bpf_map_update_elem(fd, scratch.address(), scratch.address() + valueAt, NO_EXIST) < 0) {
            int errno = LibC.errno();
            if (errno != Errno.EEXIST) {
                throw new BpfException("insert into", name, errno, "");
            }
            return false;
        }
        return true;
    }

    /** {@link #update} for arrays and other maps with 4-byte keys. */
    public synchronized void updateInt(int key, ByteBuffer value) {
        putKey(key);
        store(value);
    }

    /** {@link #lookup} for arrays and other maps with 4-byte keys. */
    public synchronized boolean lookupInt(int key, ByteBuffer value) {
        putKey(key);
        if (LibBpf.bpf_map_lookup_elem(fd, scratch.address(), scratch.address() + valueAt) < 0) {
            return missing("look up in");
        }
        value.put(value.position(), scratch.buffer(), valueAt, transferSize);
        return true;
    }

    /** Removes {@code key}; false when there is none. */
    public synchronized boolean delete(ByteBuffer key) {
        putKey(key);
        return LibBpf.bpf_map_delete_elem(fd, scratch.address()) >= 0 || missing("delete from");
    }

    /**
     * The key after {@code key}, in the map's own order; the first one for null, or when {@code key} has gone meanwhile.
     *
     * @return false at the end
     */
    public synchronized boolean nextKey(ByteBuffer key, ByteBuffer next) {
        requireOpen();
        long from = 0;
        if (key != null) {
            putKey(key);
            from = scratch.address();
        }
        if (LibBpf.bpf_map_get_next_key(fd, from, scratch.address() + valueAt) < 0) {
            return missing("next key of");
        }
        next.put(next.position(), scratch.buffer(), valueAt, keySize);
        return true;
    }

    /** How many keys there are now. */
    public long entries() {
        ByteBuffer key = ByteBuffer.allocate(keySize);
        long entries = 0;
        for (boolean more = nextKey(null, key); more; more = nextKey(key, key)) {
            entries++;
        }
        return entries;
    }

    /**
     * Sets consecutive elements of an array from {@code first} on, in as few system calls as possible.
     *
     * @param values as many whole values as remain in the buffer, each {@link #valueSize()} bytes
     */
    public synchronized void updateRange(int first, ByteBuffer values) {
        requireOpen();
        int count = values.remaining() / valueSize;
        if (perCpu || keySize != Integer.BYTES || first < 0 || count > maxEntries - first) {
            throw new IllegalArgumentException(
                    count + " values from " + first + " on do not fit into array " + name + " of " + maxEntries);
        }
        int chunk = Math.max(1, Math.min(count, BATCH_BYTES / valueSize));
        try (NativeBlock block = new NativeBlock(chunk * (valueSize + Integer.BYTES) + Integer.BYTES)) {
            for (int done = 0; done < count; done += chunk) {
                storeBatch(block, first + done, values, done, Math.min(chunk, count - done));
            }
        }
    }

    private void storeBatch(NativeBlock block, int first, ByteBuffer values, int done, int count) {
        ByteBuffer buffer = block.buffer();
        int keysAt = Integer.BYTES;
        int valuesAt = keysAt + count * Integer.BYTES;
        buffer.putInt(0, count);
        for (int i = 0; i < count; i++) {
            buffer.putInt(keysAt + i * Integer.BYTES, first + i);
        }
        buffer.put(valuesAt, values, values.position() + done * valueSize, count * valueSize);
        long address = block.address();
        int result = LibBpf.bpf_map_update_batch(fd, address + keysAt, address + valuesAt, address, 0);
        BpfException.check(result, "update", name);
    }

    /** The sum over all possible CPUs of element {@code index} of a per-CPU array of u64. */
    public synchronized long sumPerCpu(int index) {
        if (!perCpu || valueSize != Long.BYTES) {
            throw new IllegalArgumentException("map " + name + " is not a per-CPU map of u64");
        }
        putKey(index);
        int result = LibBpf.bpf_map_lookup_elem(fd, scratch.address(), scratch.address() + valueAt);
        BpfException.check(result, "look up in", name);
        long sum = 0;
        for (int at = 0; at < transferSize; at += Long.BYTES) {
            sum += scratch.buffer().getLong(valueAt + at);
        }
        return sum;
    }

    /**
     * An array made with {@code BPF_F_MMAPABLE}, in place: element {@code i} starts at {@code i} times the value size rounded up to
     * 8. Reads and writes go to the kernel's own pages; use VarHandles where ordering matters. After the object's close the buffer
     * reads zeros.
     */
    public synchronized ByteBuffer mmap() {
        requireOpen();
        if (mapping == null) {
            mapping = Mapping.of(fd, 0, (long) roundUp8(valueSize) * maxEntries, true, name);
        }
        ByteBuffer whole = mapping.buffer();
        return whole.duplicate().order(whole.order()).limit(roundUp8(valueSize) * maxEntries);
    }

    private void store(ByteBuffer value) {
        scratch.buffer().put(valueAt, value, value.position(), transferSize);
        int result = LibBpf.bpf_map_update_elem(fd, scratch.address(), scratch.address() + valueAt, 0);
        BpfException.check(result, "update", name);
    }

    private void putKey(ByteBuffer key) {
        requireOpen();
        scratch.buffer().put(0, key, key.position(), keySize);
    }

    private void putKey(int key) {
        requireOpen();
        if (keySize != Integer.BYTES) {
            throw new IllegalArgumentException("keys of map " + name + " have " + keySize + " bytes, not 4");
        }
        scratch.buffer().putInt(0, key);
    }

    /** False for a key that is not there; everything else is an error. */
    private boolean missing(String operation) {
        int errno = LibC.errno();
        if (errno != Errno.ENOENT) {
            throw new BpfException(operation, name, errno, "");
        }
        return false;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("map " + name + " is closed");
        }
    }

    /** Called by the owning {@link BpfObject}. */
    synchronized void close() {
        if (!closed) {
            closed = true;
            scratch.close();
            if (mapping != null) {
                mapping.close();
            }
        }
    }
}
