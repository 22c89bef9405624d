package dev.javelin.collector.cli;

import dev.javelin.collector.session.JavelinException;
import dev.javelin.flamegraph.Outputs;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Locale;

/**
 * Where a report goes: the file named by {@code -f}, or stdout as collapsed stacks, by way of a private temporary file.
 * It is checked before anything is recorded.
 */
final class OutputFile implements AutoCloseable {
    private final Path path;
    private final Path privateDirectory;

    private OutputFile(Path path, Path privateDirectory) {
        this.path = path;
        this.privateDirectory = privateDirectory;
    }

    /**
     * The file for {@code -f}, with its patterns expanded.
     *
     * @param pattern as typed; null for stdout
     * @param process what {@code %p} becomes
     * @throws JavelinException if a pattern is wrong or the directory cannot be written to
     */
    static OutputFile of(String pattern, String process) {
        return pattern == null ? stdout() : file(pattern, process);
    }

    /**
     * Fails if no format goes by the file's name.
     *
     * @param pattern as typed; null for stdout
     */
    static void checkFormat(String pattern) {
        if (pattern != null && !Outputs.supports(pattern)) {
            throw JavelinException.usage("-f " + pattern + ": unknown format: the name must end in "
                    + String.join(" or ", Outputs.extensions()));
        }
    }

    /** The file that the report is to be written to. */
    Path path() {
        return path;
    }

    /** Its format: the end of its name, with the dot. */
    String extension() {
        String name = path.toString().toLowerCase(Locale.ROOT);
        return Outputs.extensions().stream().filter(name::endsWith).findFirst().orElseThrow();
    }

    /** How messages call it. */
    String shown() {
        return isStdout() ? "stdout" : path.toString();
    }

    boolean isStdout() {
        return privateDirectory != null;
    }

    /** Prints the report if it is for stdout. */
    void deliver(PrintStream out) {
        if (!isStdout() || !Files.exists(path)) {
            return;
        }
        try {
            Files.copy(path, out);
        } catch (IOException e) {
            throw JavelinException.failed("cannot write to stdout: " + reason(e), e);
        }
        out.flush();
        if (out.checkError()) {
            throw JavelinException.failed("cannot write to stdout: it was closed or is full");
        }
    }

    /** Removes the temporary file, if there is one. */
    @Override
    public void close() {
        if (isStdout()) {
            path.toFile().delete();
            privateDirectory.toFile().delete();
        }
    }

    private static OutputFile stdout() {
        try {
            Path directory = Files.createTempDirectory("javelin-");
            return new OutputFile(directory.resolve("stdout.collapsed"), directory);
        } catch (IOException e) {
            throw JavelinException.failed(
                    "cannot make a temporary directory: " + reason(e) + "; write to a file with -f", e);
        }
    }

    private static OutputFile file(String pattern, String process) {
        FilePattern patterns = new FilePattern(process, LocalDateTime.now(ZoneId.systemDefault()), System.getenv());
        Path path;
        try {
            path = Path.of(patterns.expand(pattern, name -> modified(Path.of(name))));
        } catch (InvalidPathException e) {
            throw JavelinException.usage("-f " + pattern + ": not a file name: " + e.getReason());
        } catch (IllegalArgumentException e) {
            throw JavelinException.usage("-f " + pattern + ": " + e.getMessage());
        }
        checkWritable(path);
        return new OutputFile(path, null);
    }

    private static long modified(Path path) {
        try {
            return Files.getLastModifiedTime(path).toMillis();
        } catch (IOException e) {
            return -1;
        }
    }

    private static void checkWritable(Path path) {
        Path absolute = path.toAbsolutePath();
        Path directory = absolute.getParent();
        if (Files.isDirectory(absolute)) {
            throw JavelinException.failed("cannot write " + path + ": it is a directory; name a file in it");
        }
        if (!Files.isDirectory(directory)) {
            throw JavelinException.failed(
                    "cannot write " + path + ": there is no directory " + directory + "; create it first");
        }
        try {
            Path probe =
                    directory.resolve(".javelin-" + ProcessHandle.current().pid() + "-" + System.nanoTime() + ".tmp");
            Files.delete(Files.createFile(probe));
        } catch (IOException e) {
            throw JavelinException.failed(
                    "cannot write to " + directory + ": " + reason(e) + "; choose another directory with -f", e);
        }
    }

    /** Why an I/O operation failed, without the file's name. */
    static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) { // as in /proc
            return "no file can be made there";
        }
        if (e instanceof NoSuchFileException) {
            return "no file can be made there";
        }
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
