package dev.javelin.collector.elf;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Programs and files of the machine that tests compare with. */
public final class Tools {
    private Tools() {}

    /** Skips the test, with the reason, if a program is missing. */
    public static void require(String... programs) {
        for (String program : programs) {
            Assumptions.assumeTrue(exists(program), () -> program + " is not installed");
        }
    }

    private static boolean exists(String program) {
        for (String directory : System.getenv("PATH").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    /** Runs a program, which must succeed, and returns its output. */
    public static String run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " exited with " + status);
        }
        return output;
    }

    /** A compiled C or assembler source. */
    public static Path compile(Path directory, String fileName, String source, String... options)
            throws IOException, InterruptedException {
        Path in = Files.writeString(directory.resolve(fileName), source);
        Path out = directory.resolve(fileName + ".out");
        List<String> command = new ArrayList<>(List.of("cc", "-o", out.toString(), in.toString()));
        command.addAll(List.of(options));
        run(command.toArray(new String[0]));
        return out;
    }

    /** The C library that this JVM uses. */
    public static Path libc() {
        return library("libc.so.6");
    }

    /** A system library that must be there, or the test is skipped. */
    public static Path library(String name) {
        for (String directory : List.of("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64")) {
            Path path = Path.of(directory, name);
            if (Files.exists(path)) {
                return path;
            }
        }
        Assumptions.abort(name + " is not installed");
        throw new AssertionError();
    }

    /** The libjvm of this JVM, and of every other JDK found. */
    public static List<Path> libjvms() throws IOException {
        List<Path> homes = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
        if (System.getenv("JAVELIN_JDK25") != null) {
            homes.add(Path.of(System.getenv("JAVELIN_JDK25")));
        }
        Path installed = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(installed)) {
            try (Stream<Path> list = Files.list(installed)) {
                homes.addAll(list.toList());
            }
        }
        List<Path> found = new ArrayList<>();
        for (Path home : homes) {
            Path library = home.resolve("lib/server/libjvm.so");
            if (Files.exists(library) && !found.contains(library.toRealPath())) {
                found.add(library.toRealPath());
            }
        }
        return found;
    }
}
