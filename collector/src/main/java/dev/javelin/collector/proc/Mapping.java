package dev.javelin.collector.proc;

/**
 * One line of {@code /proc/PID/maps} (format: proc(5)).
 *
 * @param start first address
 * @param end first address after the mapping
 * @param readable mapped with PROT_READ
 * @param writable mapped with PROT_WRITE
 * @param executable mapped with PROT_EXEC
 * @param fileOffset offset in bytes of {@code start} in the file; 0 for anonymous memory
 * @param device the file's device as "major:minor" in hex, as in maps; "00:00" for anonymous memory
 * @param inode the file's inode; 0 for anonymous memory
 * @param path the file's path without the mark of deletion, "" for anonymous memory, or a name such as "[vdso]"
 * @param deleted whether the kernel marks the file as deleted (it was unlinked, or another was renamed over it)
 */
public record Mapping(
        long start,
        long end,
        boolean readable,
        boolean writable,
        boolean executable,
        long fileOffset,
        String device,
        long inode,
        String path,
        boolean deleted) {

    /** Whether a file is behind the mapping: not anonymous memory, a stack, the vdso. */
    public boolean isFile() {
        return inode != 0 && path.startsWith("/");
    }

    /** The last component of the path: "libc.so.6"; the path itself if it has none. */
    public String fileName() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Whether the same file is behind both. */
    public boolean isSameFile(Mapping other) {
        return inode == other.inode && device.equals(other.device);
    }

    /** Whether the address lies inside. */
    public boolean contains(long address) {
        return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
    }

    /** Size in bytes. */
    public long size() {
        return end - start;
    }
}
