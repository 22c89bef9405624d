package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibC;
import java.io.IOException;

/**
 * A process that stays the same one, whatever becomes of its number. A number may be given to another process as soon as the parent has
 * taken notice of the end of the one that had it: what was read by number is this process's if {@link #ownsItsNumber} afterwards.
 *
 * <p>Any thread may use it, until it is closed.
 */
public final class Pidfd implements AutoCloseable {
    private final int fd;

    private Pidfd(int fd) {
        this.fd = fd;
    }

    /**
     * The process that has this number now.
     *
     * @throws IOException if there is none, or it is a thread's
     */
    public static Pidfd open(int pid) throws IOException {
        return of((int) LibC.syscall(LibC.SYS_PIDFD_OPEN, pid, 0, 0, 0, 0, 0), "pidfd_open " + pid);
    }

    static Pidfd of(int fd, String what) throws IOException {
        if (fd < 0) {
            throw new IOException(what + ": " + Errno.describe(LibC.errno()));
        }
        return new Pidfd(fd);
    }

    /** Whether the process still has its number: it runs, or has ended without its parent having taken notice. */
    public boolean ownsItsNumber() {
        // signal 0 reaches nobody; who may not signal the process is told EPERM only if it is there
        return LibC.syscall(LibC.SYS_PIDFD_SEND_SIGNAL, fd, 0, 0, 0, 0, 0) == 0 || LibC.errno() == Errno.EPERM;
    }

    /** Whether the process has ended. */
    public boolean hasEnded() {
        return Polling.await(fd, Polling.IN, 0);
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
