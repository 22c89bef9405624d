package dev.javelin.collector.probe;

import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.elf.Soname;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Libraries that a process may load later: files in the directories from which its JVM and its dynamic linker do, as that process sees them. Used by one
 * thread.
 */
final class LaterLibraries {
    /** Where the dynamic linkers of the usual distributions look, and HotSpot for JNI (os_linux.cpp, DEFAULT_LIBPATH; JDK 17 and 25). */
    private static final List<String> USUAL = List.of(
            "/usr/java/packages/lib",
            "/usr/lib/x86_64-linux-gnu/jni",
            "/lib/x86_64-linux-gnu",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/jni",
            "/lib64",
            "/usr/lib64",
            "/lib",
            "/usr/lib",
            "/usr/local/lib");

    private static final String JVM = "/libjvm.so";
    private static final String LIBRARY_PATH = "LD_LIBRARY_PATH=";
    private static final String JAVA_LIBRARY_PATH = "-Djava.library.path=";
    /** Files of a directory that are opened for the names in them. */
    private static final int MOST_OPENED = 1_000;

    private final int pid;
    private final RootPaths root;
    private final List<String> mapped;

    /** {@code mapped} has the absolute paths of what the process has mapped. */
    LaterLibraries(int pid, List<String> mapped) {
        this.pid = pid;
        this.root = new RootPaths(pid);
        this.mapped = mapped;
    }

    /**
     * The path of the library of that name in the first directory that has one, without links; null if none has.
     *
     * @param named whether a file name, or the name in a file, is that of the library
     * @throws JavelinException if there are several of the name in that directory
     */
    String find(String name, Predicate<String> named) {
        Set<String> own = ownDirectories();
        Set<String> all = new LinkedHashSet<>(own);
        all.addAll(USUAL);
        for (String directory : all) {
            String found = only(
                    name,
                    libraries(directory).stream()
                            .filter(path -> named.test(fileName(path)))
                            .toList());
            if (found != null) {
                return found;
            }
        }
        for (String directory : own) {
            String found = only(
                    name,
                    libraries(directory).stream()
                            .limit(MOST_OPENED)
                            .filter(path -> named.test(soname(path)))
                            .toList());
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** File names in the directories of the process itself, for what was perhaps meant. */
    List<String> names() {
        Set<String> names = new TreeSet<>();
        ownDirectories().forEach(directory -> libraries(directory).forEach(path -> names.add(fileName(path))));
        return List.copyOf(names);
    }

    /** The JDK's, those of what is mapped, and those that it was told of as it started. */
    private Set<String> ownDirectories() {
        Set<String> directories = new LinkedHashSet<>();
        mapped.stream().filter(path -> path.endsWith(JVM)).forEach(path -> {
            directories.add(parent(path));
            directories.add(parent(parent(path)));
        });
        addPaths(directories, "cmdline", JAVA_LIBRARY_PATH);
        addPaths(directories, "environ", LIBRARY_PATH);
        mapped.forEach(path -> directories.add(parent(path)));
        return directories;
    }

    private void addPaths(Set<String> directories, String file, String before) {
        try {
            String text = Files.readString(Path.of("/proc/" + pid + "/" + file), StandardCharsets.ISO_8859_1);
            for (String word : text.split("\0", -1)) {
                if (word.startsWith(before)) {
                    for (String directory : word.substring(before.length()).split(":", -1)) {
                        if (directory.startsWith("/")) {
                            directories.add(directory);
                        }
                    }
                }
            }
        } catch (IOException e) {
            return; // not to be had without a privilege
        }
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Paths of files that are called like libraries; none if there is no such directory. */
    private List<String> libraries(String directory) {
        List<String> paths = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(root.seen(root.real(directory)), "*.so*")) {
            files.forEach(file -> paths.add((directory.equals("/") ? "" : directory) + "/" + file.getFileName()));
        } catch (IOException | DirectoryIteratorException e) {
            return List.of();
        }
        paths.sort(null);
        return paths;
    }

    /** Without links it is one file, or several libraries have that name. */
    private String only(String name, List<String> paths) {
        Set<String> files = new TreeSet<>();
        for (String path : paths) {
            String file = library(path);
            if (file != null) {
                files.add(file);
            }
        }
        if (files.size() > 1) {
            throw JavelinException.usage("several libraries that process " + pid + " may load are named '" + name
                    + "': name one by its path: " + String.join(", ", files));
        }
        return files.isEmpty() ? null : files.iterator().next();
    }

    /** The path without links; null if it leads to no library. Some files of the name are texts for the linker. */
    private String library(String path) {
        try {
            String real = root.real(path);
            try (ElfFile file = open(real)) {
                return file.isX86() ? real : null;
            }
        } catch (IOException e) {
            return null;
        }
    }

    /** "" if the file cannot be looked at. */
    private String soname(String path) {
        try (ElfFile file = open(root.real(path))) {
            return Soname.of(file);
        } catch (IOException e) {
            return "";
        }
    }

    /** Opens nothing that is no file, such as a FIFO, which would wait for somebody to write. */
    private ElfFile open(String real) throws IOException {
        Path seen = root.seen(real);
        if (!Files.isRegularFile(seen)) {
            throw new IOException(real + ": is no file");
        }
        return ElfFile.open(seen);
    }
}
