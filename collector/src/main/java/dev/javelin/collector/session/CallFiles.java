package dev.javelin.collector.session;

import dev.javelin.collector.walker.CallWait;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Names of the files and sockets that threads wait for. A file is looked for among those that its process has open now. */
final class CallFiles {
    private static final int UNIX = 1;
    private static final int INET = 2;
    private static final int INET6 = 10;

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

    /** The peer of the socket, with a blank before it; empty if there is none. */
    static String peer(CallWait wait) {
        if (wait.family() == UNIX) {
            return " a unix socket";
        }
        if ((wait.family() != INET && wait.family() != INET6) || wait.port() == 0) {
            return "";
        }
        try {
            String address = InetAddress.getByAddress(wait.address()).getHostAddress();
            return " " + (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + wait.port();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
