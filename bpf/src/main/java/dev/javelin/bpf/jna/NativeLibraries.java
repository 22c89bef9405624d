package dev.javelin.bpf.jna;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The native libraries of the jar, loaded once per process.
 *
 * <p>They are written to a directory of our own (mode 0700, random name, in {@code /run/user/UID} or {@code java.io.tmpdir}), loaded
 * by absolute path, each after those it needs, and deleted at once: a mapped file lives on without its name. Nothing is searched
 * for on the host but glibc.
 *
 * <p>Any thread may be the first to use this class.
 */
final class NativeLibraries {
    private static final String RESOURCES = "/dev/javelin/bpf/native/linux-x86-64/";
    private static final String OWN = "libjavelin.so";
    private static final String JNA_RESOURCE = "/com/sun/jna/linux-x86-64/libjnidispatch.so";
    /** dlopen's RTLD_LAZY alone: symbols stay local, so that the JVM's own libraries see none of ours. */
    private static final int RTLD_LAZY = 1;

    private static final Map<String, Object> OPTIONS =
            Map.of(Library.OPTION_OPEN_FLAGS, RTLD_LAZY, Library.OPTION_STRING_ENCODING, "UTF-8");

    /** One of the two is null. */
    private static final Loaded LOADED;

    private static final String FAILURE;

    static {
        Loaded loaded = null;
        String failure = null;
        try {
            loaded = load();
        } catch (UnsatisfiedLinkError e) {
            failure = e.getMessage();
        }
        LOADED = loaded;
        FAILURE = failure;
    }

    private NativeLibraries() {}

    private record Loaded(CLibrary libbpf, CLibrary own, CLibrary process) {}

    private static Loaded loaded() {
        if (LOADED == null) {
            throw new UnsatisfiedLinkError(FAILURE);
        }
        return LOADED;
    }

    static CLibrary libbpf() {
        return loaded().libbpf;
    }

    /** Our own few functions, {@code libjavelin.so}. */
    static CLibrary own() {
        return loaded().own;
    }

    /** What the process has already: glibc. */
    static CLibrary process() {
        return loaded().process;
    }

    private static Loaded load() {
        requireSupportedPlatform();
        List<String> failures = new ArrayList<>();
        for (Path parent : parents()) {
            try {
                return loadBelow(parent);
            } catch (IOException | UnsatisfiedLinkError e) {
                failures.add(parent + ": " + e.getMessage());
            }
        }
        throw new UnsatisfiedLinkError("no directory to load them from (" + String.join("; ", failures)
                + "): give a writable directory that is not mounted noexec with -Djava.io.tmpdir=DIR");
    }

    private static void requireSupportedPlatform() {
        String system = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        if (!system.equals("Linux on amd64")) {
            throw new UnsatisfiedLinkError("kernel mode needs Linux on x86-64, this is " + system);
        }
    }

    private static List<Path> parents() {
        List<Path> parents = new ArrayList<>();
        try {
            Path runtime = Path.of("/run/user", String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid")));
            if (Files.isWritable(runtime)) {
                parents.add(runtime);
            }
        } catch (IOException e) {
            // No /proc: the temporary directory serves.
        }
        parents.add(Path.of(System.getProperty("java.io.tmpdir")));
        return parents;
    }

    private static Loaded loadBelow(Path parent) throws IOException {
        Path directory = createPrivateDirectory(parent);
        try {
            requireExecutable(extract(directory, OWN));
            bootJna(directory);
            List<NativeLibrary> carried = new ArrayList<>();
            for (String name : carriedInOrder()) {
                carried.add(open(extract(directory, name)));
            }
            return new Loaded(
                    new CLibrary(carried.get(carried.size() - 1)),
                    new CLibrary(open(directory.resolve(OWN))),
                    new CLibrary(NativeLibrary.getProcess(OPTIONS)));
        } finally {
            delete(directory);
        }
    }

    /** The kernel's random numbers: {@code Files.createTempDirectory} starts SecureRandom, which takes some 20 ms. */
    private static Path createPrivateDirectory(Path parent) throws IOException {
        String random =
                Files.readString(Path.of("/proc/sys/kernel/random/uuid")).strip();
        return Files.createDirectory(
                parent.resolve("javelin-" + random),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Fails where the directory is mounted noexec. JNA must not find that out: it gives up for good at the first failure. */
    private static void requireExecutable(Path library) {
        System.load(library.toString());
    }

    /**
     * Makes JNA load its own library from our directory, and keeps it from starting {@code ldconfig -p} to learn search paths that
     * nobody needs here.
     */
    private static void bootJna(Path directory) throws IOException {
        Path dispatch = directory.resolve("libjnidispatch.so");
        extract(Native.class, JNA_RESOURCE, dispatch);
        System.setProperty("jna.nosys", "true");
        System.setProperty("jna.noclasspath", "true");
        System.setProperty("jna.boot.library.path", directory.toString());
        System.setProperty("jna.platform.library.path", "");
        if (Native.POINTER_SIZE != Long.BYTES) {
            throw new UnsatisfiedLinkError("pointers of " + Native.POINTER_SIZE + " bytes");
        }
    }

    private static List<String> carriedInOrder() throws IOException {
        try (InputStream list = resource(NativeLibraries.class, RESOURCES + "libraries")) {
            return new String(list.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        }
    }

    private static Path extract(Path directory, String name) throws IOException {
        Path file = directory.resolve(name);
        extract(NativeLibraries.class, RESOURCES + name, file);
        return file;
    }

    private static NativeLibrary open(Path library) {
        return NativeLibrary.getInstance(library.toString(), OPTIONS);
    }

    private static void extract(Class<?> owner, String resource, Path target) throws IOException {
        try (InputStream in = resource(owner, resource)) {
            Files.write(target, in.readAllBytes());
        }
    }

    private static InputStream resource(Class<?> owner, String name) throws IOException {
        InputStream in = owner.getResourceAsStream(name);
        if (in == null) {
            throw new IOException(name + " is missing from the jar");
        }
        return in;
    }

    /** As far as it goes: what is loaded needs its file no more. */
    private static void delete(Path directory) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            // A private directory of a few files stays behind: no reason to fail.
        }
    }
}
