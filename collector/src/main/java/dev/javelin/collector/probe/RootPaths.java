package dev.javelin.collector.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Paths as a process sees them: below its root directory, in its mount namespace. Symbolic links are followed as that process would, an
 * absolute one from its root on; the kernel would follow it from ours. Immutable.
 */
final class RootPaths {
    /** As many as the kernel follows (MAXSYMLINKS). */
    private static final int MOST_LINKS = 40;

    private final Path root;

    RootPaths(int pid) {
        this.root = Path.of("/proc/" + pid + "/root");
    }

    /** Where this process finds what that one has at an absolute path, which need not be there. */
    Path seen(String path) {
        return Path.of(root + path);
    }

    /**
     * The path without links, as the other process sees it.
     *
     * @throws IOException if links lead in a circle, or may not be read
     */
    String real(String path) throws IOException {
        Deque<String> done = new ArrayDeque<>();
        Deque<String> names = new ArrayDeque<>(parts(path));
        int links = 0;
        while (!names.isEmpty()) {
            String name = names.removeFirst();
            if (name.equals("..")) {
                done.pollLast();
                continue;
            }
            done.addLast(name);
            Path here = seen(joined(done));
            if (Files.isSymbolicLink(here)) {
                if (++links > MOST_LINKS) {
                    throw new IOException(path + ": too many symbolic links");
                }
                String target = Files.readSymbolicLink(here).toString();
                done.removeLast();
                if (target.startsWith("/")) {
                    done.clear();
                }
                List<String> more = parts(target);
                for (int i = more.size() - 1; i >= 0; i--) {
                    names.addFirst(more.get(i));
                }
            }
        }
        return joined(done);
    }

    private static String joined(Deque<String> names) {
        return "/" + String.join("/", names);
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/", -1))
                .filter(name -> !name.isEmpty() && !name.equals("."))
                .toList();
    }
}
