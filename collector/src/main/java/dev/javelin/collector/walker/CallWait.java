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
 * @param javaThread address of the JavaThread, of a virtual thread that of its carrier
 * @param call see {@link CallId}
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
    /** enum wait_class */
    private static final int UNMOUNTED = 7;

    private static final int BEFORE = 255;
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

    /** A wait that goes on. */
    public static CallWait open(Totals.Schedule seen, long now) {
        return new CallWait(
                seen.pid(),
                seen.tid(),
                now,
                seen.kind(),
                seen.javaThread(),
                seen.call(),
                now - seen.since(),
                seen.woken(),
                seen.stack(),
                seen.waker(),
                -1,
                0,
                0,
                false,
                "");
    }

    /** A wait of a virtual thread without a carrier that goes on. */
    public static CallWait open(int pid, Totals.Unmounted seen, long now) {
        long nanos = now - seen.since();
        return new CallWait(
                pid,
                0,
                now,
                UNMOUNTED,
                0,
                seen.call(),
                nanos,
                0,
                seen.stack(),
                0,
                -1,
                0,
                seen.objectClass(),
                false,
                "");
    }

    /** The same, of one that had begun before it could be seen. */
    public static CallWait before(int pid, long call, long now, long nanos) {
        return new CallWait(pid, 0, now, BEFORE, 0, call, nanos, 0, 0, 0, -1, 0, 0, false, "");
    }

    /** What is between two times of it, CLOCK_MONOTONIC. */
    public CallWait from(long fromNanos, long toNanos) {
        return piece(fromNanos, toNanos, wokenNanos, waker);
    }

    /** The same, at the second of which somebody else was woken by {@code other}. */
    public CallWait heldBy(long other, long fromNanos, long toNanos) {
        return piece(fromNanos, toNanos, 0, other);
    }

    private CallWait piece(long from, long to, long woken, long by) {
        return new CallWait(
                pid,
                tid,
                to,
                kind,
                javaThread,
                call,
                to - from,
                woken,
                stack,
                by,
                syscall,
                inode,
                objectClass,
                socket,
                peer);
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
