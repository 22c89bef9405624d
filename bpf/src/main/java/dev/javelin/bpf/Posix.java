package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibC;
import java.io.IOException;
import java.nio.file.Path;

/** Calls of POSIX and Linux that Java has no method for. */
public final class Posix {
    /** arch/x86/entry/syscalls/syscall_64.tbl */
    private static final long SYS_SETGROUPS = 116;

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
     * Makes the calling thread, and it alone, use files as another user of no further group may. Needs CAP_SETUID and CAP_SETGID; the thread should end then.
     *
     * @throws IOException if that is refused
     */
    public static void useFilesAs(int uid, int gid) throws IOException {
        // the C library's setgroups would change all threads
        check((int) LibC.syscall(SYS_SETGROUPS, 0, 0, 0, 0, 0, 0), "setgroups");
        LibC.setfsgid(gid);
        LibC.setfsuid(uid);
        // they say who was it before, and nothing else; -1 changes nothing
        if (LibC.setfsuid(-1) != uid || LibC.setfsgid(-1) != gid) {
            throw new IOException("cannot use files as user " + uid + ": CAP_SETUID or CAP_SETGID is missing");
        }
    }

    private static void check(int result, String what) throws IOException {
        if (result != 0) {
            throw new IOException(what + ": " + Errno.describe(LibC.errno()));
        }
    }
}
