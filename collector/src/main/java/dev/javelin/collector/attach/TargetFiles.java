package dev.javelin.collector.attach;

import dev.javelin.bpf.Posix;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
 * Work on files of another process, with no more rights than its user has: what that process puts there in the way, such as a link to a
 * file of root's, then leads no further than the process itself could go.
 */
final class TargetFiles {
    /** Real, effective, saved, file system: proc(5). */
    private static final Pattern EFFECTIVE_GID = Pattern.compile("(?m)^Gid:\\s*\\d+\\s+(\\d+)");

    private final ProcessInfo process;

    TargetFiles(ProcessInfo process) {
        this.process = process;
    }

    /** The process's directory for temporary files, as this process sees it: HotSpot's, which is always {@code /tmp}. */
    Path tmp() {
        return Path.of("/proc/" + process.pid() + "/root/tmp");
    }

    /**
     * Does the work in a thread of its own, which is interrupted when the time is over.
     *
     * @param late what is to be said then
     * @throws JavelinException if the time is over, or the work throws one
     * @throws IOException if the work does
     */
    <T> T run(Duration limit, String late, Callable<T> work) throws IOException {
        FutureTask<T> task = new FutureTask<>(() -> {
            requireSameRoot();
            beThatUser();
            return work.call();
        });
        Thread thread = new Thread(task, "javelin-attach");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            thread.interrupt();
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

    /**
     * A link that a process in a container puts in the way would lead into the host: from here, absolute ones begin at the collector's own root.
     *
     * @throws JavelinException if it has another root
     */
    private void requireSameRoot() throws IOException {
        Path root = Path.of("/proc/" + process.pid() + "/root/.");
        if (!Files.isSameFile(root, Path.of("/"))) {
            throw JavelinException.failed(
                    "process " + process.pid()
                            + " is in a container: an agent cannot be loaded into it from outside yet; run javelin inside the container");
        }
    }

    private void beThatUser() throws IOException {
        int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (uid != process.uid()) {
            Posix.useFilesAs(process.uid(), gid());
        }
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
