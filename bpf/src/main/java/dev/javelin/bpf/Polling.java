package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;

/** {@code poll(2)} of one descriptor. */
final class Polling {
    static final int IN = 1;
    static final int OUT = 4;

    private static final int POLLFD_BYTES = 8;

    private Polling() {}

    /**
     * Waits until something can be done with a descriptor, or has gone wrong with it.
     *
     * @param events {@link #IN} or {@link #OUT}
     * @return false if the time is over; signals make it longer
     */
    static boolean await(int fd, int events, long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        try (NativeBlock descriptor = new NativeBlock(POLLFD_BYTES)) {
            descriptor.buffer().putInt(0, fd).putShort(4, (short) events);
            while (true) {
                long left = Math.max(0, (end - System.nanoTime() + 999_999) / 1_000_000);
                int ready = LibC.poll(descriptor.address(), 1, (int) Math.min(left, Integer.MAX_VALUE));
                if (ready > 0) {
                    return true;
                }
                if (ready < 0 && LibC.errno() != Errno.EINTR) {
                    throw new IllegalStateException("poll: " + Errno.describe(LibC.errno()));
                }
                if (end - System.nanoTime() <= 0) {
                    return false;
                }
            }
        }
    }
}
