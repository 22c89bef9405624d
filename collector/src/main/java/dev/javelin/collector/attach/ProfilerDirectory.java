package dev.javelin.collector.attach;

import dev.javelin.bpf.PathFd;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A directory below the application's {@code /tmp}, of its user and for nobody else, with async-profiler's library or JFR's settings, and what is recorded. It is held,
 * as {@code /tmp} is: nobody puts another in its place, and it is removed also when the process has ended.
 *
 * <p>It always has the same name for a process, which nobody else can foresee: the dynamic linker takes a library that is loaded by this name
 * already, so that each process loads it once, however often it is recorded. Whoever holds the lock in it is the one that records; a directory
 * without such a one was left behind.
 *
 * <p>Used by {@link TargetFiles#run}.
 */
final class ProfilerDirectory implements Closeable {
    private static final String LOCK = "lock";
    private static final int OWNER_ONLY = 0700;
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final PathFd tmp;
    private final String name;
    private final int uid;
    private final PathFd held;
    private final boolean found;
    private final FileChannel lock;

    private ProfilerDirectory(PathFd tmp, String name, int uid, PathFd held, boolean found, FileChannel lock) {
        this.tmp = tmp;
        this.name = name;
        this.uid = uid;
        this.held = held;
        this.found = found;
        this.lock = lock;
    }

    /** What it is called. */
    static String name(ProcessInfo process) throws IOException {
        return AgentDirectory.name(process) + "-user";
    }

    /**
     * Makes it, or takes over one that was left behind.
     *
     * @param tmp the application's, which is closed with the directory, but not if this fails
     * @param name see {@link #name}
     * @throws JavelinException if another recording uses it, or it cannot be made
     * @throws IOException if that is not possible
     */
    static ProfilerDirectory open(PathFd tmp, String name, ProcessInfo process) throws IOException {
        try {
            return openNow(tmp, name, process);
        } catch (NoSuchFileException e) { // a recording that has just ended has removed it
            return openNow(tmp, name, process);
        }
    }

    private static ProfilerDirectory openNow(PathFd tmp, String name, ProcessInfo process) throws IOException {
        boolean found = !create(tmp, name, process);
        PathFd held = tmp.entry(name);
        boolean complete = false;
        try {
            if (!held.is(PathFd.Type.DIRECTORY, process.uid()) || held.permissions() != OWNER_ONLY) {
                throw JavelinException.failed("/tmp/" + name
                        + " belongs to somebody else, and is the place where the profiler would be put: remove it");
            }
            FileChannel lock = lock(held, process);
            requireThere(held, lock);
            complete = true;
            return new ProfilerDirectory(tmp, name, process.uid(), held, found, lock);
        } finally {
            if (!complete) {
                held.close();
            }
        }
    }

    /** Whether it was made now. */
    private static boolean create(PathFd tmp, String name, ProcessInfo process) throws IOException {
        try {
            Files.createDirectory(tmp.path().resolve(name), PRIVATE);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (FileSystemException e) {
            throw AgentDirectory.notWritable(process, e);
        }
    }

    /** Opened for both directions: a FIFO in its place does not make us wait. */
    private static FileChannel lock(PathFd held, ProcessInfo process) throws IOException {
        FileChannel lock = FileChannel.open(
                held.path().resolve(LOCK),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        if (lock.tryLock() == null) {
            lock.close();
            throw JavelinException.failed("process " + process.pid()
                    + " is being recorded in user-space mode already: one at a time can do so");
        }
        return lock;
    }

    /** The one that held the lock before may have removed all of it. */
    private static void requireThere(PathFd held, FileChannel lock) throws IOException {
        if (!Files.exists(held.path().resolve(LOCK), LinkOption.NOFOLLOW_LINKS)) {
            lock.close();
            throw new NoSuchFileException(LOCK);
        }
    }

    /** Whether another recording has left it behind, which may even go on in the process. */
    boolean isLeftBehind() {
        return found;
    }

    /** What it is called, see {@link #name(ProcessInfo)}. */
    String name() {
        return name;
    }

    /** A file in it, to be made or removed. */
    Path file(String file) throws IOException {
        return held.path().resolve(file);
    }

    /**
     * Opens what the profiler has written. A FIFO in its place would make us wait, and a link would lead elsewhere.
     *
     * @throws IOException if there is no such file of the application's user
     */
    FileChannel openToRead(String file) throws IOException {
        try (PathFd written = hold(file)) {
            return FileChannel.open(written.path(), StandardOpenOption.READ);
        }
    }

    /**
     * Holds what the profiler has written, to be closed by the caller.
     *
     * @throws IOException if there is no such file of the application's user
     */
    PathFd hold(String file) throws IOException {
        PathFd written = null;
        boolean serves = false;
        try {
            written = held.entry(file);
            serves = written.is(PathFd.Type.FILE, uid);
        } catch (NoSuchFileException e) {
            throw notMade(file, e);
        } finally {
            if (written != null && !serves) {
                written.close();
            }
        }
        if (!serves) {
            throw notMade(file, null);
        }
        return written;
    }

    private static IOException notMade(String file, IOException cause) {
        return new IOException("the profiler has not made its file " + file, cause);
    }

    /** The directory as the application sees it. */
    String inside() {
        return "/tmp/" + name;
    }

    /** Removes it with all that is in it, if it is there. */
    @Override
    public void close() throws IOException {
        try (tmp;
                held;
                lock) {
            for (Path file : files()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(tmp.path().resolve(name));
        }
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(held.path())) {
            entries.forEach(files::add);
        }
        return files;
    }
}
