package dev.javelin.collector.probe;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.elf.ElfSymbol;
import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.ProcFiles;
import dev.javelin.collector.proc.ProcMaps;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The libraries and the program of a process, as its executable mappings were at one moment. Names are looked up in the process's own
 * mount namespace, and lead to the files that are mapped, also where another file has taken the path meanwhile. Immutable.
 */
public final class TargetLibraries {
    /** {@code libjvm.so}, {@code libz.so.1.3}, {@code libc-2.31.so}: the short name is before the version. */
    private static final Pattern SHARED_OBJECT = Pattern.compile("(.+?)(?:-\\d+(?:\\.\\d+)+)?\\.so(?:\\.[^/]*)?");
    /** musl has the C library and the dynamic linker in one file. */
    private static final String MUSL = "ld-musl-";

    private final int pid;
    private final List<Mapping> mappings;
    /** One mapping for each file, by the name that {@link #find} knows it by. */
    private final Map<String, Mapping> files;

    private TargetLibraries(int pid, List<Mapping> mappings) {
        this.pid = pid;
        this.mappings = List.copyOf(mappings);
        this.files = named(distinct(mappings));
    }

    /**
     * The libraries that a process has mapped.
     *
     * @throws dev.javelin.collector.proc.ProcessGoneException if there is no such process
     * @throws IOException if it may not be looked at
     */
    public static TargetLibraries of(int pid) throws IOException {
        return of(pid, ProcMaps.read(pid));
    }

    /** The libraries in mappings of a process that were read before. */
    public static TargetLibraries of(int pid, List<Mapping> mappings) {
        return new TargetLibraries(pid, mappings);
    }

    private static List<Mapping> distinct(List<Mapping> mappings) {
        Map<String, Mapping> files = new LinkedHashMap<>();
        for (Mapping mapping : mappings) {
            if (mapping.isFile() && mapping.executable()) {
                files.putIfAbsent(mapping.device() + " " + mapping.inode(), mapping);
            }
        }
        return List.copyOf(files.values());
    }

    private static Map<String, Mapping> named(List<Mapping> files) {
        Map<String, Mapping> named = new LinkedHashMap<>();
        for (Mapping file : files) {
            String name = shortName(file.fileName());
            if (files.stream().filter(other -> isNamed(other, name)).count() > 1) {
                String whole = file.fileName();
                boolean unique =
                        files.stream().filter(other -> isNamed(other, whole)).count() == 1;
                named.put(unique ? whole : file.path(), file);
            } else {
                named.put(name, file);
            }
        }
        return named;
    }

    private static String shortName(String fileName) {
        if (fileName.startsWith(MUSL)) {
            return "libc";
        }
        Matcher matcher = SHARED_OBJECT.matcher(fileName);
        return matcher.matches() ? matcher.group(1) : fileName;
    }

    /** {@code libz} and {@code libz.so} are names of {@code libz.so.1}, and so is the whole. */
    private static boolean isNamed(Mapping file, String name) {
        return isNamed(file.fileName(), name);
    }

    private static boolean isNamed(String fileName, String name) {
        return fileName.equals(name)
                || shortName(fileName).equals(name)
                || (name.contains(".so") && fileName.startsWith(name + "."));
    }

    /** The names of all files that are mapped executable, in the order of their addresses. They come from the target. */
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    /**
     * A library by its short name ({@code libjvm}, {@code libc}), its file's name ({@code libz.so.1}), or its absolute path. It need not be mapped
     * yet: if nothing of that name is, it is looked for in the directories from which the process loads libraries.
     *
     * @throws UnknownNameException if there is nothing of that name
     * @throws JavelinException if several files have that name
     * @throws IOException if the file cannot be opened; the message says why
     */
    public TargetLibrary find(String name) throws UnknownNameException, IOException {
        if (name.startsWith("/")) {
            return byPath(name);
        }
        List<Map.Entry<String, Mapping>> matches = files.entrySet().stream()
                .filter(file -> isNamed(file.getValue(), name))
                .toList();
        if (matches.isEmpty()) {
            return byPath(later(name));
        }
        if (matches.size() > 1) {
            String paths = matches.stream().map(file -> file.getValue().path()).collect(Collectors.joining(", "));
            throw JavelinException.usage("several libraries of process " + pid + " are named '" + name
                    + "': name one by its path: " + paths);
        }
        return library(matches.get(0).getKey(), matches.get(0).getValue());
    }

    private String later(String name) throws UnknownNameException {
        LaterLibraries later = new LaterLibraries(
                pid,
                files.values().stream()
                        .filter(mapping -> !mapping.deleted())
                        .map(Mapping::path)
                        .toList());
        String path = later.find(name, fileName -> isNamed(fileName, name));
        if (path == null) {
            List<String> known = new ArrayList<>(names());
            later.names().forEach(fileName -> known.add(shortName(fileName)));
            throw new UnknownNameException(
                    "process " + pid + " has no library '" + name
                            + "' mapped, nor has one that it could load where it looks for them: name it by its path",
                    name,
                    known);
        }
        return path;
    }

    private TargetLibrary byPath(String path) throws UnknownNameException, IOException {
        Path inRoot = inRoot(new RootPaths(pid).real(path));
        for (Map.Entry<String, Mapping> file : files.entrySet()) {
            if (file.getValue().path().equals(path) || isMapped(inRoot, file.getValue())) {
                return library(file.getKey(), file.getValue());
            }
        }
        if (!Files.isRegularFile(inRoot)) {
            throw new UnknownNameException(
                    "process " + pid + " has no file '" + path + "' mapped, and none is at that path",
                    path,
                    files.values().stream().map(Mapping::path).toList());
        }
        return new TargetLibrary(path, path, inRoot.toString());
    }

    private TargetLibrary library(String name, Mapping mapping) throws IOException {
        Path inRoot = inRoot(mapping.path());
        Path toOpen = !mapping.deleted() && isMapped(inRoot, mapping) ? inRoot : ProcFiles.open(pid, mapping);
        return new TargetLibrary(name, mapping.path(), toOpen.toString());
    }

    private Path inRoot(String path) {
        return Path.of("/proc/" + pid + "/root" + path);
    }

    /** Whether the file at a path is the one that is mapped: the same inode on the same device. */
    private static boolean isMapped(Path path, Mapping mapping) {
        try {
            Map<String, Object> file = Files.readAttributes(path, "unix:ino,dev");
            return file.get("ino").equals(mapping.inode())
                    && device((Long) file.get("dev")).equals(mapping.device());
        } catch (IOException e) {
            return false;
        }
    }

    /** A device number of stat(2) as maps shows it: glibc's makedev has 12 and 20 bits of major, 8 and 24 of minor. */
    private static String device(long number) {
        long major = (number >>> 8 & 0xfff) | (number >>> 32 & 0xfffff000L);
        long minor = (number & 0xff) | (number >>> 12 & 0xffffff00L);
        return String.format("%02x:%02x", major, minor);
    }

    /** The process. */
    int pid() {
        return pid;
    }

    /** The mappings with code of a library; empty if it is not mapped. */
    List<Mapping> code(TargetLibrary library) {
        return mappings.stream()
                .filter(mapping -> mapping.isFile()
                        && mapping.executable()
                        && mapping.path().equals(library.pathInTarget()))
                .toList();
    }

    /** All libraries that can be opened. */
    List<TargetLibrary> all() {
        List<TargetLibrary> all = new ArrayList<>();
        files.forEach((name, mapping) -> {
            try {
                all.add(library(name, mapping));
            } catch (IOException e) {
                // it cannot be told what is in it
            }
        });
        return all;
    }

    /** The names of the mapped libraries that define a symbol, with the one that the dynamic linker is likely to choose first. */
    List<String> defining(String symbol) {
        List<String> defining = new ArrayList<>();
        for (TargetLibrary library : all()) {
            try (ElfFile elf = ElfFile.open(Path.of(library.pathToOpen()))) {
                ElfSymbol found = elf.symbols(Set.of(symbol)).get(symbol);
                if (found != null && found.binding() != 0 && found.type() != ElfSymbol.TLS) {
                    defining.add(library.name());
                }
            } catch (ElfException e) {
                // mapped executable, but no library
            } catch (IOException e) {
                // it cannot be told
            }
        }
        return defining;
    }
}
