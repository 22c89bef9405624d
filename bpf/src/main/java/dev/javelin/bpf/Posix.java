package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibC;
import java.io.IOException;
import java.nio.file.Path;

/** Calls of POSIX and Linux that Java has no method for. */
public final class Posix {
    /** arch/x86/entry/syscalls/syscall_64.tbl */
    private static final long SYS_GETEUID = 107;

    private static final long SYS_SETGROUPS = 116;

    private static final long SYS_SETRESUID = 117;
    private static final long SYS_SETRESGID = 119;

    private static final int UNCHANGED = -1;
    private static final int SIGQUIT = 3;
    private static final int OWNER_ONLY = 0600;

    private Posix() {}

    /**
     * Sends SIGQUIT to a process.
     *
     * @throws IOException if it is gone, or may not be signalled
     */
    public static void quit(int pid) throws IOException {
        check(LibC.kill(pid, SIGQUIT), "kill " + pid);
    }

    /**
     * Makes a FIFO that only its owner may open.
     *
     * @throws IOException if it exists, or cannot be made
     */
    public static void makeFifo(Path path) throws IOException {
        check(LibC.mkfifo(path.toString(), OWNER_ONLY), "mkfifo " + path);
    }

    /**
     * Makes the calling thread, and it alone, act as another user of no further group: with files, and in the eyes of who is at the other end
     * of a socket. Needs CAP_SETUID and CAP_SETGID; the thread should end then, and start no other. Does nothing if it acts as that user already.
     *
     * @throws IOException if that is refused
     */
    public static void actAs(int uid, int gid) throws IOException {
        if ((int) LibC.syscall(SYS_GETEUID, 0, 0, 0, 0, 0, 0) == uid) {
            return;
        }
        // the C library's functions would change all threads
        become(SYS_SETGROUPS, 0, 0, 0, uid);
        become(SYS_SETRESGID, UNCHANGED, gid, UNCHANGED, uid);
        // the real and saved ones stay: otherwise that user could send it signals
        become(SYS_SETRESUID, UNCHANGED, uid, UNCHANGED, uid);
    }

    private static void become(long call, long a, long b, long c, int uid) throws IOException {
        if (LibC.syscall(call, a, b, c, 0, 0, 0) != 0) {
            throw new IOException("cannot act as user " + uid + ": " + Errno.describe(LibC.errno())
                    + ": CAP_SETUID or CAP_SETGID is missing");
        }
    }

    private static void check(int result, String what) throws IOException {
        if (result != 0) {
            throw new IOException(what + ": " + Errno.describe(LibC.errno()));
        }
    }
}
