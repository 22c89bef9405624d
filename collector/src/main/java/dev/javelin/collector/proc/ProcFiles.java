package dev.javelin.collector.proc;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the file behind a mapping of another process, whatever its mount namespace, and even when it was deleted or replaced. */
public final class ProcFiles {
    private ProcFiles() {}

    /**
     * A path by which this process can open the file that is mapped. It is checked by opening it once. In this order:
     * {@code /proc/PID/map_files/START-END} (the mapped file itself, deleted or not; the kernel asks for CAP_SYS_ADMIN or
     * CAP_CHECKPOINT_RESTORE), {@code /proc/PID/root} with the path (other mount namespaces), the path itself (a chroot: the kernel gives
     * paths as the reader's root sees them). The latter two are taken for a file that is not deleted, one with the same inode first.
     *
     * @return a path valid while the process lives
     * @throws ProcessGoneException if the process is gone
     * @throws IOException if the mapping has no file, or none of the ways leads to it; the message says why
     */
    public static Path open(int pid, Mapping mapping) throws IOException {
        if (!mapping.isFile()) {
            throw new IOException(
                    "mapping " + range(mapping) + " of process " + pid + " has no file: " + mapping.path());
        }
        Path mapped = ProcIo.path(pid, "map_files/" + range(mapping));
        IOException mappedError = tryOpen(mapped);
        if (mappedError == null) {
            return mapped;
        }
        Path byName = mapping.deleted() ? null : byName(pid, mapping);
        if (byName != null) {
            return byName;
        }
        throw explain(pid, mapping, mappedError);
    }

    /** To be asked where something failed that was valid before. */
    public static void requireThere(int pid) throws ProcessGoneException {
        if (!Files.exists(ProcIo.path(pid, "stat"))) {
            throw new ProcessGoneException(pid);
        }
    }

    private static Path byName(int pid, Mapping mapping) {
        Path inRoot = Path.of("/proc/" + pid + "/root" + mapping.path());
        Path own = Path.of(mapping.path());
        boolean inRootOpens = tryOpen(inRoot) == null;
        if (inRootOpens && sameInode(inRoot, mapping)) {
            return inRoot;
        }
        if (sameInode(own, mapping) && tryOpen(own) == null) {
            return own;
        }
        return inRootOpens ? inRoot : null;
    }

    private static boolean sameInode(Path path, Mapping mapping) {
        try {
            return Files.getAttribute(path, "unix:ino") instanceof Long inode && inode == mapping.inode();
        } catch (IOException e) {
            return false;
        }
    }

    /** Null when the file can be opened. */
    private static IOException tryOpen(Path path) {
        try (FileInputStream in = new FileInputStream(path.toString())) {
            in.getFD();
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    private static IOException explain(int pid, Mapping mapping, IOException mappedError) {
        if (!Files.exists(ProcIo.path(pid, "stat"))) {
            return new ProcessGoneException(pid);
        }
        String what = "cannot open " + mapping.path() + " of process " + pid + ": ";
        if (isPermission(mappedError) || !Files.isReadable(ProcIo.path(pid, "maps"))) {
            String deleted = mapping.deleted() ? "it was deleted or replaced, and " : "";
            return new AccessDeniedException(what + deleted
                    + "map_files is not permitted (run as root, or with CAP_SYS_PTRACE and CAP_CHECKPOINT_RESTORE)");
        }
        return new IOException(
                what + (mapping.deleted() ? "it was deleted or replaced, and is mapped no more" : "no such file"));
    }

    private static boolean isPermission(IOException e) {
        String message = e.getMessage();
        return message != null && (message.contains("denied") || message.contains("not permitted"));
    }

    private static String range(Mapping mapping) {
        return Long.toHexString(mapping.start()) + "-" + Long.toHexString(mapping.end());
    }
}
