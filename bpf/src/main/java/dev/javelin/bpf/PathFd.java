package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;

/**
 * A file or directory that is held by a descriptor (O_PATH of open(2)): it remains the same one, whatever another process puts at its name
 * meanwhile. Names below it are looked up by openat2(2), so that no symbolic link leads out of it.
 *
 * <p>Where that cannot be had, there is a {@link #named} one, for what nobody else can put something in the way of.
 *
 * <p>Any thread may use it.
 */
public final class PathFd implements Closeable {
    /** asm/unistd_64.h */
    private static final long SYS_OPENAT2 = 437;

    private static final int AT_FDCWD = -100;
    /** asm-generic/fcntl.h */
    private static final int O_DIRECTORY = 0200000;

    private static final int O_NOFOLLOW = 0400000;
    private static final int O_CLOEXEC = 02000000;
    private static final int O_PATH = 010000000;
    /** linux/openat2.h */
    private static final int RESOLVE_NO_MAGICLINKS = 0x02;

    private static final int RESOLVE_BENEATH = 0x08;
    private static final int RESOLVE_IN_ROOT = 0x10;
    /** struct open_how: u64 flags, mode, resolve */
    private static final int OPEN_HOW_BYTES = 24;

    /** linux/stat.h */
    private static final int S_IFMT = 0170000;

    /** What a file is. */
    public enum Type {
        FIFO(0010000),
        DIRECTORY(0040000),
        FILE(0100000),
        SYMBOLIC_LINK(0120000),
        SOCKET(0140000);

        private final int bits;

        Type(int bits) {
            this.bits = bits;
        }
    }

    private final int fd;
    /** Null if it is held. */
    private final Path named;

    private volatile boolean closed;

    private PathFd(int fd, Path named) {
        this.fd = fd;
        this.named = named;
    }

    /**
     * The root directory of a process, as it sees it: its chroot, in its mount namespace.
     *
     * @throws UnsupportedOperationException if the kernel has no openat2, which came with Linux 5.6, or a seccomp filter forbids it
     * @throws UnsatisfiedLinkError if the native libraries cannot be loaded
     * @throws IOException if the process is gone, or may not be looked at
     */
    public static PathFd rootOf(int pid) throws IOException {
        LibC.load();
        return open(AT_FDCWD, "/proc/" + pid + "/root", O_DIRECTORY, 0);
    }

    /**
     * A directory that is not held, with all that is looked up below it: their names are looked up each time, and links lead where they lead. It needs
     * nothing but Java.
     */
    public static PathFd named(Path directory) {
        return new PathFd(-1, directory);
    }

    /**
     * A directory below this one, which is taken for the root: symbolic links are followed, absolute ones from here on, and {@code ..} leads no
     * further up.
     *
     * @throws IOException if there is none, or it may not be entered
     */
    public PathFd directory(String path) throws IOException {
        if (named != null) {
            return named(path().resolve(path).toRealPath());
        }
        return open(open(), path, O_DIRECTORY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    }

    /**
     * What has that name in this directory: a symbolic link itself, and not what it leads to.
     *
     * @throws NoSuchFileException if there is nothing
     */
    public PathFd entry(String name) throws IOException {
        if (named != null) {
            Path entry = path().resolve(name);
            Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return named(entry);
        }
        return open(open(), name, O_NOFOLLOW, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
    }

    private static PathFd open(int directory, String path, int flags, int resolve) throws IOException {
        try (NativeBlock name = NativeBlock.ofString(path);
                NativeBlock how = new NativeBlock(OPEN_HOW_BYTES)) {
            how.buffer().putLong(0, O_PATH | O_CLOEXEC | flags);
            how.buffer().putLong(16, resolve);
            long fd = LibC.syscall(SYS_OPENAT2, directory, name.address(), how.address(), OPEN_HOW_BYTES, 0, 0);
            if (fd >= 0) {
                return new PathFd((int) fd, null);
            }
            int errno = LibC.errno();
            if (errno == Errno.ENOSYS || errno == Errno.EPERM) {
                throw new UnsupportedOperationException("openat2: " + Errno.describe(errno));
            }
            if (errno == Errno.ENOENT) {
                throw new NoSuchFileException(path, null, Errno.message(errno));
            }
            throw errno == Errno.EACCES
                    ? new AccessDeniedException(path, null, Errno.message(errno))
                    : new FileSystemException(path, null, Errno.message(errno));
        }
    }

    private int open() throws IOException {
        requireOpen();
        return fd;
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
    }

    /**
     * A path that leads to it and nothing else; of a directory, also one to be resolved against, where the last name is the only one that is
     * looked up.
     */
    public Path path() throws IOException {
        requireOpen();
        return named == null ? Path.of("/proc/self/fd/" + fd) : named;
    }

    /**
     * Whether it is of that type and belongs to that user.
     *
     * @param uid as this process's user namespace counts
     */
    public boolean is(Type type, int uid) throws IOException {
        Map<String, Object> found = Files.readAttributes(path(), "unix:mode,uid", links());
        return ((int) found.get("mode") & S_IFMT) == type.bits && (int) found.get("uid") == uid;
    }

    /** Its permissions, with the sticky bit and those for other user's rights: the last 12 bits of its mode. */
    public int permissions() throws IOException {
        return (int) Files.getAttribute(path(), "unix:mode", links()) & 07777;
    }

    /** The path of one that is held is itself a link. */
    private LinkOption[] links() {
        return named == null ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (named == null) {
                LibC.close(fd);
            }
        }
    }
}
