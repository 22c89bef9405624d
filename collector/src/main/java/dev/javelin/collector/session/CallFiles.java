package dev.javelin.collector.session;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Names of the files that threads wait for. A file is looked for among those that its process has open now. */
final class CallFiles {
    private record File(int pid, long inode) {}

    private final Map<File, String> names = new HashMap<>();

    /** The file with that inode, with a blank before it; empty if there is none. */
    String file(int pid, long inode) {
        return inode == 0 ? "" : names.computeIfAbsent(new File(pid, inode), CallFiles::find);
    }

    private static String find(File wanted) {
        Path directory = Path.of("/proc/" + wanted.pid() + "/fd");
        try (DirectoryStream<Path> open = Files.newDirectoryStream(directory)) {
            for (Path descriptor : open) {
                if (inode(descriptor) == wanted.inode()) {
                    return " " + Files.readSymbolicLink(descriptor);
                }
            }
        } catch (IOException e) {
            // the process has ended, or a descriptor was closed meanwhile
        }
        return " a file that was closed (inode " + wanted.inode() + ")";
    }

    private static long inode(Path descriptor) {
        try {
            return ((Number) Files.getAttribute(descriptor, "unix:ino")).longValue();
        } catch (IOException e) {
            return -1;
        }
    }
}
