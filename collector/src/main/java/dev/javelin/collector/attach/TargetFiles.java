package dev.javelin.collector.attach;

import dev.javelin.bpf.PathFd;
import dev.javelin.bpf.Posix;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Work on files of another process, in its root directory (that of its container, if it is in one), and with no more rights than its user has:
 * what that process puts there in the way, such as a link to a file of root's, or of the host, then leads no further than the process itself
 * could go.
 */
final class TargetFiles {
    /** Real, effective, saved, file system: proc(5). */
    private static final Pattern EFFECTIVE_GID = Pattern.compile("(?m)^Gid:\\s*\\d+\\s+(\\d+)");

    private static final Pattern FULL = Pattern.compile("No space left|quota exceeded");

    private static final long LAST_STEPS_MILLIS = 1_000;
    private static final int STICKY = 01000;
    private static final int WRITABLE_FOR_OTHERS = 0022;

    private final ProcessInfo process;
    private final int gid;

    /**
     * Looks who the process's user is.
     *
     * @throws IOException if it is gone
     */
    TargetFiles(ProcessInfo process) throws IOException {
        this.process = process;
        this.gid = gid();
    }

    /**
     * Opens the process's root directory, to be closed by the caller. Where it cannot be held, as on old kernels, it serves for processes of
     * this user's only, in whose way nobody else can put anything.
     *
     * @throws JavelinException if it is another user's process, or one in a container, then
     * @throws IOException if the process is gone, or may not be looked at
     */
    PathFd root() throws IOException {
        try {
            return PathFd.rootOf(process.pid());
        } catch (LinkageError | UnsupportedOperationException e) {
            if (!isOwn() || !Files.isSameFile(Path.of("/proc/" + process.pid() + "/root/."), Path.of("/"))) {
                throw JavelinException.failed(
                        "nothing can be loaded into process " + process.pid()
                                + ", which is another user's or in a container, where its files"
                                + " cannot be held (" + e.getMessage()
                                + "): run javelin as its user, inside the container",
                        e);
            }
            return PathFd.named(Path.of("/"));
        }
    }

    private boolean isOwn() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == process.uid();
    }

    /**
     * Opens the process's directory for temporary files: HotSpot's, which is always {@code /tmp}.
     *
     * @param root of the process
     * @throws JavelinException if there is none that serves, with the remedy
     */
    PathFd tmp(PathFd root) throws IOException {
        try {
            PathFd tmp = root.directory("tmp");
            int permissions = tmp.permissions();
            if ((permissions & WRITABLE_FOR_OTHERS) != 0 && (permissions & STICKY) == 0) {
                tmp.close();
                throw JavelinException.failed("in /tmp of process " + process.pid()
                        + " other users could put their files in the place of Javelin's: it is writable for them and has no"
                        + " sticky bit; chmod +t /proc/" + process.pid() + "/root/tmp");
            }
            return tmp;
        } catch (FileSystemException e) {
            throw JavelinException.failed(
                    "process " + process.pid() + " has no directory /tmp (" + e.getReason()
                            + "), in which HotSpot's attach and what Javelin loads need a place: mount one",
                    e);
        }
    }

    /**
     * Does the work in a thread of its own, which is interrupted when the time is over. It must start no other thread, which would be that user's,
     * too.
     *
     * @param late what is to be said then
     * @throws JavelinException if the time is over, or the work throws one
     * @throws IOException if the work does
     */
    <T> T run(Duration limit, String late, Callable<T> work) throws IOException {
        FutureTask<T> task = new FutureTask<>(() -> {
            if (!isOwn()) { // without native libraries, where they cannot be loaded
                Posix.actAs(process.uid(), gid);
            }
            return work.call();
        });
        Thread thread = new Thread(task, "javelin-attach");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            giveUp(thread);
            throw JavelinException.failed(late, e);
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw JavelinException.failed("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** It cleans up behind itself, unless the file system hangs. */
    private static void giveUp(Thread thread) {
        thread.interrupt();
        try {
            thread.join(LAST_STEPS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What {@link #run} is to say where a JVM does not answer within the time. */
    String late(Duration limit) {
        return "process " + process.pid() + " has not answered for " + limit.toSeconds()
                + " s: its JVM hangs, or a safepoint takes that long";
    }

    /** A recording inside the process that is not possible because of its files. */
    static JavelinException notRecorded(ProcessInfo process, IOException e) {
        return JavelinException.failed(
                "cannot record process " + process.pid() + " in user-space mode: " + reason(e), e);
    }

    /** What went wrong with a file in the process's {@code /tmp}, and the remedy where it is plain. The names of held files say nothing. */
    static String reason(IOException e) {
        String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (reason == null) {
            return e.getClass().getSimpleName();
        }
        return FULL.matcher(reason).find() ? reason + " in the /tmp of the process: free some" : reason;
    }

    private int gid() throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        Matcher gid = EFFECTIVE_GID.matcher(Files.readString(status, StandardCharsets.ISO_8859_1));
        if (!gid.find()) {
            throw new IOException("unexpected text in " + status);
        }
        return Integer.parseInt(gid.group(1));
    }
}
