package dev.javelin.collector.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Finds the separate debug file of one ELF file, as gdb does: by build id below /usr/lib/debug/.build-id; by the name in .gnu_debuglink
 * beside the file, in .debug, and below /usr/lib/debug. It must have the same build id or, where there is none, the link's checksum.
 */
final class DebugFiles {
    private static final String DEBUG_ROOT = "usr/lib/debug";

    private static final Path PROC = Path.of("/proc");
    private static final Path HOST = Path.of("/");

    /** The file's path as its process sees it. */
    private final Path origin;
    /** The root directory of that process. */
    private final Path root;

    private ElfFile found;
    private boolean searched;

    private DebugFiles(Path origin, Path root) {
        this.origin = origin;
        this.root = root;
    }

    /** For a file opened by that path: of {@code /proc/PID/map_files/RANGE} the link's target counts, below {@code /proc/PID/root} the rest. */
    static DebugFiles of(Path path) {
        boolean ofProcess = path.startsWith(PROC) && path.getNameCount() > 3;
        if (!ofProcess) {
            return new DebugFiles(path.toAbsolutePath(), HOST);
        }
        Path root = path.getRoot().resolve(path.subpath(0, 2)).resolve("root");
        String kind = path.getName(2).toString();
        if (kind.equals("root")) {
            return new DebugFiles(HOST.resolve(path.subpath(3, path.getNameCount())), root);
        }
        return new DebugFiles(kind.equals("map_files") ? target(path) : path, root);
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException e) {
            return link;
        }
    }

    synchronized ElfFile of(ElfFile file) {
        if (!searched) {
            searched = true;
            found = search(file);
        }
        return found;
    }

    private ElfFile search(ElfFile file) {
        String buildId = file.buildId();
        ElfFile debug = buildId == null ? null : byBuildId(buildId);
        return debug == null ? byLink(file, buildId) : debug;
    }

    private ElfFile byBuildId(String buildId) {
        if (buildId.length() < 4) {
            return null;
        }
        String relative = DEBUG_ROOT + "/.build-id/" + buildId.substring(0, 2) + "/" + buildId.substring(2) + ".debug";
        for (Path candidate : inRoots(relative)) {
            ElfFile debug = open(candidate);
            if (debug != null && buildId.equals(debug.buildId())) {
                return debug;
            }
        }
        return null;
    }

    private List<Path> inRoots(String relative) {
        return root.equals(HOST)
                ? List.of(HOST.resolve(relative))
                : List.of(root.resolve(relative), HOST.resolve(relative));
    }

    private ElfFile byLink(ElfFile file, String buildId) {
        ElfSection section = file.section(".gnu_debuglink");
        if (section == null) {
            return null;
        }
        try {
            ByteBuffer link = file.bytes(section);
            String name = ElfFile.string(link, 0, 4096);
            int crcAt = (name.getBytes(StandardCharsets.UTF_8).length + 4) & -4;
            if (name.isEmpty() || name.indexOf('/') >= 0 || crcAt + 4 > link.limit()) {
                return null;
            }
            return byName(name, link.getInt(crcAt), buildId);
        } catch (IOException e) {
            return null;
        }
    }

    private ElfFile byName(String name, int crc, String buildId) {
        for (Path candidate : candidates(name)) {
            ElfFile debug = open(candidate);
            if (debug == null) {
                continue;
            }
            boolean both = buildId != null && debug.buildId() != null;
            if (both ? buildId.equals(debug.buildId()) : (crc & 0xffffffffL) == crcOf(candidate)) {
                return debug;
            }
        }
        return null;
    }

    private List<Path> candidates(String name) {
        Path parent = origin.getParent();
        if (parent == null) {
            return List.of();
        }
        String directory = parent.toString().substring(1);
        List<Path> candidates = new ArrayList<>();
        candidates.addAll(inRoots(directory + "/" + name));
        candidates.addAll(inRoots(directory + "/.debug/" + name));
        candidates.addAll(inRoots(DEBUG_ROOT + "/" + directory + "/" + name));
        return candidates;
    }

    /** Null if there is no such regular file (a pipe would block) or it is no ELF file. */
    private static ElfFile open(Path path) {
        try {
            return Files.isRegularFile(path) ? ElfFile.openDebugFile(path) : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** The CRC-32 of a whole file; -1 if it cannot be read. */
    private static long crcOf(Path path) {
        CRC32 crc = new CRC32();
        ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            while (channel.read(chunk.clear()) > 0) {
                crc.update(chunk.flip());
            }
        } catch (IOException e) {
            return -1;
        }
        return crc.getValue();
    }

    synchronized void close() {
        if (found != null) {
            found.close();
        }
        found = null;
        searched = true;
    }
}
