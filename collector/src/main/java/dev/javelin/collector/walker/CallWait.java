package dev.javelin.collector.walker;

import java.nio.ByteBuffer;

/**
 * Time off the CPU within a probed call ({@code struct call_wait}, 120 bytes).
 *
 * @param endNanos CLOCK_MONOTONIC of its end
 * @param tid thread id, as the kernel knows it
 * @param kind {@code enum wait_class}
 * @param javaThread address of the JavaThread
 * @param call the call's number in its thread, from 1; 0 if it is not known
 * @param nanos how long it was
 * @param wokenNanos CLOCK_MONOTONIC of when the thread was woken; 0 if that was not seen
 * @param stack id by which its stack was handed over; 0 for none
 * @param waker the same, of who woke it
 * @param syscall number of the system call that the thread was in; -1 for none
 * @param inode of the file that the system call was about; 0 for none
 * @param objectClass second word of the Java object whose monitor was wanted; 0 for none
 * @param family address family of the socket that the system call was about; 0 for none
 * @param port of its peer
 * @param address of its peer, 4 or 16 bytes
 */
public record CallWait(
        int pid,
        int tid,
        long endNanos,
        int kind,
        long javaThread,
        long call,
        long nanos,
        long wokenNanos,
        long stack,
        long waker,
        int syscall,
        long inode,
        long objectClass,
        int family,
        int port,
        byte[] address) {
    private static final int AF_INET6 = 10;
    private static final int IPV4_AT = 96;
    private static final int IPV6_AT = 104;

    /** The record at {@code at}. */
    public static CallWait read(ByteBuffer b, int at) {
        int family = b.getShort(at + 102) & 0xffff;
        byte[] address = new byte[family == AF_INET6 ? 16 : 4];
        b.get(at + (family == AF_INET6 ? IPV6_AT : IPV4_AT), address);
        return new CallWait(
                b.getInt(at + SampleDescriptor.PID),
                b.getInt(at + 16),
                b.getLong(at + SampleDescriptor.TIME_NS),
                b.getInt(at + 20),
                b.getLong(at + 24),
                b.getLong(at + 32),
                b.getLong(at + 40),
                b.getLong(at + 48),
                b.getLong(at + 56),
                b.getLong(at + 64),
                (int) b.getLong(at + 72),
                b.getLong(at + 80),
                b.getLong(at + 88),
                family,
                b.getShort(at + 100) & 0xffff,
                address);
    }
}
