package dev.javelin.collector.walker;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
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
 * @param socket whether that file is a socket
 * @param peer whom it is connected to, such as {@code 10.0.0.1:5432}; empty if it is not, or not known
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
        boolean socket,
        String peer) {
    private static final int UNIX = 1;
    private static final int INET = 2;
    private static final int INET6 = 10;

    /** The record at {@code at}. */
    public static CallWait read(ByteBuffer b, int at) {
        int family = b.getShort(at + 102);
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
                family != 0,
                peer(b, at, family, b.getShort(at + 100) & 0xffff));
    }

    private static String peer(ByteBuffer b, int at, int family, int port) {
        if (family == UNIX) {
            return "a unix socket";
        }
        if ((family != INET && family != INET6) || port == 0) {
            return "";
        }
        byte[] address = new byte[family == INET ? 4 : 16];
        b.get(at + (family == INET ? 96 : 104), address);
        try {
            InetAddress peer = InetAddress.getByAddress(address);
            return (peer instanceof Inet6Address ? "[" + peer.getHostAddress() + "]" : peer.getHostAddress()) + ":"
                    + port;
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
