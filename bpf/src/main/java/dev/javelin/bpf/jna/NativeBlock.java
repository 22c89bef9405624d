package dev.javelin.bpf.jna;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A zeroed block of C memory with an address to pass and a little-endian buffer to fill. Freed by {@link #close()} and by nothing
 * else; its buffer must not be used afterwards.
 */
public final class NativeBlock implements AutoCloseable {
    private final ByteBuffer buffer;
    private long address;

    public NativeBlock(int size) {
        address = Native.malloc(Math.max(size, 1));
        if (address == 0) {
            throw new OutOfMemoryError("malloc of " + size + " bytes");
        }
        buffer = view(address, size);
        buffer.put(new byte[size]).clear();
    }

    /** A block that holds the bytes of {@code text} and a zero. */
    public static NativeBlock ofString(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new NativeBlock(bytes.length + 1).put(bytes);
    }

    public static NativeBlock of(byte[] bytes) {
        return new NativeBlock(bytes.length).put(bytes);
    }

    /** Memory that somebody else owns, as a little-endian buffer. */
    public static ByteBuffer view(long address, long size) {
        return new Pointer(address).getByteBuffer(0, size).order(ByteOrder.LITTLE_ENDIAN);
    }

    public long address() {
        return address;
    }

    public ByteBuffer buffer() {
        return buffer;
    }

    private NativeBlock put(byte[] bytes) {
        buffer.put(0, bytes);
        return this;
    }

    @Override
    public void close() {
        if (address != 0) {
            Native.free(address);
            address = 0;
        }
    }
}
