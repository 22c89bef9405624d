package dev.javelin.collector.attach;

import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A directory below the application's {@code /tmp}, of its user and for nobody else, with async-profiler's library and what it records.
 *
 * <p>It always has the same name for a process: the dynamic linker takes a library that is loaded by this name already, so that each process
 * loads it once, however often it is recorded. Whoever holds the lock in it is the one that records; a directory without such a one was left behind.
 *
 * <p>{@link #open} and what works on files is called in {@link TargetFiles#run}; {@link #close} anywhere, also when the process has ended.
 */
final class ProfilerDirectory implements Closeable {
    private static final String LOCK = "lock";
    private static final int PRIVATE_MODE = 0700;
    private static final int MODE_BITS = 07777;
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private final SecureDirectoryStream<Path> parent;
    private final SecureDirectoryStream<Path> files;
    private final boolean found;
    private final FileChannel lock;

    private ProfilerDirectory(
            Path path,
            FileChannel lock,
            SecureDirectoryStream<Path> parent,
            SecureDirectoryStream<Path> files,
            boolean found) {
        this.path = path;
        this.lock = lock;
        this.parent = parent;
        this.files = files;
        this.found = found;
    }

    /**
     * Makes it, or takes over one that was left behind.
     *
     * @param tmp the application's, as this process sees it
     * @throws JavelinException if another recording uses it
     * @throws IOException if that is not possible
     */
    static ProfilerDirectory open(Path tmp, ProcessInfo process) throws IOException {
        if (!Files.isDirectory(tmp, LinkOption.NOFOLLOW_LINKS)) {
            throw JavelinException.failed("process " + process.pid()
                    + " has no directory /tmp, in which HotSpot's attach and the profiler need a place: mount one");
        }
        Path path = tmp.resolve(".javelin-" + process.nsPid() + "-" + process.startTicks() + "-user");
        boolean found = !create(path, process);
        FileChannel lock = lock(path, process);
        SecureDirectoryStream<Path> parent = handle(tmp);
        SecureDirectoryStream<Path> files = parent.newDirectoryStream(path.getFileName(), LinkOption.NOFOLLOW_LINKS);
        return new ProfilerDirectory(path, lock, parent, files, found);
    }

    /** Whether it was made now. */
    private static boolean create(Path path, ProcessInfo process) throws IOException {
        try {
            Files.createDirectory(path, PRIVATE);
            return true;
        } catch (FileAlreadyExistsException e) {
            int uid = (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            boolean isDirectory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
            if (!isDirectory || uid != process.uid() || (mode & MODE_BITS) != PRIVATE_MODE) {
                throw JavelinException.failed(
                        "/tmp/" + path.getFileName()
                                + " belongs to somebody else, and is the place where the profiler would be put: remove it",
                        e);
            }
            return false;
        }
    }

    /** A way to the directory that outlives the process; Linux has such streams on every file system. */
    @SuppressWarnings("StreamResourceLeak") // whoever holds it closes it
    private static SecureDirectoryStream<Path> handle(Path directory) throws IOException {
        return (SecureDirectoryStream<Path>) Files.newDirectoryStream(directory);
    }

    private static FileChannel lock(Path path, ProcessInfo process) throws IOException {
        FileChannel lock = FileChannel.open(
                path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        if (lock.tryLock() == null) {
            lock.close();
            throw JavelinException.failed("process " + process.pid()
                    + " is being recorded in user-space mode already: one at a time can do so");
        }
        return lock;
    }

    /** Whether another recording has left it behind, which may even go on in the process. */
    boolean isLeftBehind() {
        return found;
    }

    Path file(String name) {
        return path.resolve(name);
    }

    /** The directory as the application sees it. */
    String inside() {
        return "/tmp/" + path.getFileName();
    }

    /** Removes it with all that is in it, if it is there. */
    @Override
    public void close() throws IOException {
        try (parent;
                files;
                lock) {
            for (Path name : names()) {
                try {
                    files.deleteFile(name);
                } catch (NoSuchFileException e) {
                    // somebody cleans up in /tmp
                }
            }
            parent.deleteDirectory(path.getFileName());
        }
    }

    private List<Path> names() throws IOException {
        List<Path> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = files.newDirectoryStream(Path.of("."))) {
            entries.forEach(entry -> names.add(entry.getFileName()));
        }
        return names;
    }
}
