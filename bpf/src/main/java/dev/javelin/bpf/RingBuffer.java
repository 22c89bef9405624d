package dev.javelin.bpf;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The reading end of a {@code BPF_MAP_TYPE_RINGBUF}, in place: no copy, no native call and no allocation for a record.
 *
 * <pre>
 *   mapping offset   0         4096       8192            8192 + size      8192 + 2 size
 *                    | consumer | producer | data          | the same data again |
 *                      u64 pos    u64 pos    records         (no record is ever split)
 *   record           u32 length | busy 1&lt;&lt;31 | discarded 1&lt;&lt;30;  u32 page offset;  payload, padded to 8 bytes
 * </pre>
 *
 * (Linux, kernel/bpf/ringbuf.c, since 5.8.) The consumer's page is mapped writable, all the rest read-only.
 *
 * <p>Threads: one at a time polls or awaits (others wait for it); {@link #wakeup()}, {@link #available()} and {@link #close()} may
 * come from any thread. The kernel's programs write; what they could not write because the ring was full they must count
 * themselves, for it leaves no trace here.
 */
public final class RingBuffer implements AutoCloseable {
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, LITTLE_ENDIAN);
    static final int BUSY = 1 << 31;
    static final int DISCARDED = 1 << 30;
    static final int HEADER = 8;
    /** Both copies must fit into one buffer. */
    private static final int MAX_SIZE = 1 << 29;

    /** Takes one record. */
    @FunctionalInterface
    public interface Handler {
        /**
         * The record is valid until this returns; if it throws, the record counts as read all the same.
         *
         * @param data the whole ring, read-only, little endian, mapped twice in a row
         * @param offset of the record's first byte, a multiple of 8
         * @param length in bytes
         */
        void record(ByteBuffer data, int offset, int length);
    }

    private final String name;
    private final Handler handler;
    private final Mapping consumerPage;
    private final Mapping rest;
    private final ByteBuffer consumer;
    private final ByteBuffer producer;
    private final ByteBuffer data;
    private final int mask;
    private final Waiter waiter;
    /** Held while the mapping is read. */
    private final ReentrantLock reading = new ReentrantLock();

    private long position;
    private volatile boolean closed;

    /** The map must outlive this. */
    public RingBuffer(BpfMap ring, Handler handler) {
        this.name = ring.name();
        this.handler = handler;
        int size = ring.maxEntries();
        if (size > MAX_SIZE) {
            throw new IllegalArgumentException("ring " + name + " of " + size + " bytes is larger than " + MAX_SIZE);
        }
        mask = size - 1;
        waiter = new Waiter(ring.fd(), name);
        Mapping[] mappings = map(ring, size);
        consumerPage = mappings[0];
        rest = mappings[1];
        consumer = consumerPage.buffer();
        producer = rest.buffer().slice(0, Mapping.PAGE).order(LITTLE_ENDIAN);
        data = rest.buffer().slice(Mapping.PAGE, 2 * size).order(LITTLE_ENDIAN);
        position = (long) LONG.getAcquire(consumer, 0);
    }

    /** The consumer's page, and the rest. */
    private Mapping[] map(BpfMap ring, int size) {
        Mapping first = null;
        try {
            first = Mapping.of(ring.fd(), 0, Mapping.PAGE, true, name);
            return new Mapping[] {first, Mapping.of(ring.fd(), Mapping.PAGE, Mapping.PAGE + 2L * size, false, name)};
        } catch (BpfException e) {
            if (first != null) {
                first.close();
            }
            waiter.close();
            throw e;
        }
    }

    /** Size of the ring in bytes. */
    public int capacity() {
        return mask + 1;
    }

    /** Bytes written and not yet read, headers and padding included; 0 after {@link #close()}. */
    public long available() {
        return (long) LONG.getAcquire(producer, 0) - (long) LONG.getAcquire(consumer, 0);
    }

    /** The position behind all that is written or being written now, for {@link #poll(long)}. */
    public long written() {
        return (long) LONG.getAcquire(producer, 0);
    }

    /**
     * Hands every record there is to the handler, and goes on until none is left or one is still being written.
     *
     * @return how many, discarded ones not counted
     */
    public int poll() {
        return poll(Long.MAX_VALUE);
    }

    /** {@link #poll()} of what stands before a position: what comes in meanwhile cannot hold the caller up. */
    public int poll(long until) {
        reading.lock();
        try {
            requireOpen();
            return drain(until);
        } finally {
            reading.unlock();
        }
    }

    private int drain(long until) {
        int records = 0;
        long end = Math.min(until, written());
        while (true) {
            if (position >= end) {
                end = Math.min(until, written());
                if (position >= end) {
                    break;
                }
            }
            int offset = (int) position & mask;
            int header = (int) INT.getAcquire(data, offset);
            if ((header & BUSY) != 0) {
                break;
            }
            records += take(offset, header);
        }
        return records;
    }

    private int take(int offset, int header) {
        int length = header & ~(BUSY | DISCARDED);
        try {
            if ((header & DISCARDED) != 0) {
                return 0;
            }
            handler.record(data, offset + HEADER, length);
            return 1;
        } finally {
            position += (length + HEADER + 7) & ~7;
            LONG.setRelease(consumer, 0, position);
        }
    }

    /**
     * Waits until there is a record (unless its program said {@code BPF_RB_NO_WAKEUP}: such ones are seen when the wait begins, but
     * do not end it), {@link #wakeup()} or {@link #close()} is called, or the time is over.
     *
     * @param timeoutMillis 0 does not wait, negative waits for ever
     */
    public void await(int timeoutMillis) {
        requireOpen();
        waiter.await(timeoutMillis);
    }

    /** Ends the wait of another thread, or the next one if none waits now. */
    public void wakeup() {
        waiter.wakeup();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("ring " + name + " is closed");
        }
    }

    /**
     * Waits for a running {@link #poll()} to end, then gives the memory back. Buffers still held read zeros.
     *
     * @throws IllegalStateException when called by the handler
     */
    @Override
    public void close() {
        if (reading.isHeldByCurrentThread()) {
            throw new IllegalStateException("ring " + name + " cannot be closed by its handler");
        }
        closed = true;
        reading.lock();
        try {
            consumerPage.close();
            rest.close();
            waiter.close();
        } finally {
            reading.unlock();
        }
    }

    /** epoll on the ring and on an eventfd of ours. */
    private static final class Waiter implements AutoCloseable {
        private static final int WAKE = 1;

        private final String name;
        private final NativeBlock scratch = new NativeBlock(2 * LibC.EPOLL_EVENT_SIZE + 2 * Long.BYTES);
        private final long counter = scratch.address() + 2 * LibC.EPOLL_EVENT_SIZE;
        private final int epoll;
        private final int event;
        /** Held while waiting. */
        private final ReentrantLock waiting = new ReentrantLock();

        private boolean closed;

        Waiter(int ring, String name) {
            this.name = name;
            epoll = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
            event = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
            try {
                BpfException.check(Math.min(epoll, event), "make descriptors to wait for", name);
                add(ring, 0);
                add(event, WAKE);
            } catch (BpfException e) {
                release();
                throw e;
            }
        }

        private void add(int fd, long tag) {
            scratch.buffer().putInt(0, LibC.EPOLLIN).putLong(Integer.BYTES, tag);
            int result = LibC.epoll_ctl(epoll, LibC.EPOLL_CTL_ADD, fd, scratch.address());
            BpfException.check(result, "epoll_ctl", name);
        }

        void await(int timeoutMillis) {
            waiting.lock();
            try {
                if (!isClosed() && LibC.epoll_wait(epoll, scratch.address(), 2, timeoutMillis) > 0) {
                    LibC.read(event, counter, Long.BYTES);
                }
            } finally {
                waiting.unlock();
            }
        }

        private synchronized boolean isClosed() {
            return closed;
        }

        synchronized void wakeup() {
            if (!closed) {
                scratch.buffer().putLong(2 * LibC.EPOLL_EVENT_SIZE + Long.BYTES, 1);
                LibC.write(event, counter + Long.BYTES, Long.BYTES);
            }
        }

        @Override
        public void close() {
            wakeup();
            synchronized (this) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            waiting.lock();
            try {
                release();
            } finally {
                waiting.unlock();
            }
        }

        private void release() {
            LibC.close(epoll);
            LibC.close(event);
            scratch.close();
        }
    }
}
