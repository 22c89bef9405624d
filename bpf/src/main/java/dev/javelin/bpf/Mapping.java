package dev.javelin.bpf;

import static dev.javelin.bpf.jna.LibC.MAP_ANONYMOUS;
import static dev.javelin.bpf.jna.LibC.MAP_FIXED;
import static dev.javelin.bpf.jna.LibC.MAP_NORESERVE;
import static dev.javelin.bpf.jna.LibC.MAP_PRIVATE;
import static dev.javelin.bpf.jna.LibC.MAP_SHARED;
import static dev.javelin.bpf.jna.LibC.PROT_READ;
import static dev.javelin.bpf.jna.LibC.PROT_WRITE;

import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A map's memory in our address space, as a direct little-endian buffer. {@link #close()} gives the kernel's pages back and puts
 * empty ones in their place, so that a buffer somebody still holds reads zeros instead of crashing the JVM; the addresses are freed
 * when the last such buffer is collected.
 */
final class Mapping implements AutoCloseable {
    static final int PAGE = 4096;

    private final ByteBuffer buffer;
    private final ByteBuffer visible;
    private final long address;
    private final long length;
    private final int protection;
    private boolean closed;

    private Mapping(long address, long length, int protection) {
        this.address = address;
        this.length = length;
        this.protection = protection;
        this.buffer = NativeBlock.view(address, length);
        this.visible = (protection & PROT_WRITE) != 0
                ? buffer
                : buffer.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Maps a BPF map shared.
     *
     * @param length bytes, rounded up to whole pages
     * @param object the map's name, for the error
     */
    static Mapping of(int fd, long offset, long length, boolean writable, String object) {
        int protection = PROT_READ | (writable ? PROT_WRITE : 0);
        long whole = (length + PAGE - 1) / PAGE * PAGE;
        long address = LibC.mmap(0, whole, protection, MAP_SHARED, fd, offset);
        BpfException.check(address, "mmap", object);
        return new Mapping(address, whole, protection);
    }

    ByteBuffer buffer() {
        return visible;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        int flags = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        BpfException.check(LibC.mmap(address, length, protection, flags, -1, 0), "unmap", "");
        Addresses.CLEANER.register(buffer, new Addresses(address, length));
    }

    /** What is left to free once no buffer refers to it. */
    private record Addresses(long address, long length) implements Runnable {
        static final Cleaner CLEANER = Cleaner.create();

        @Override
        public void run() {
            LibC.munmap(address, length);
        }
    }
}
