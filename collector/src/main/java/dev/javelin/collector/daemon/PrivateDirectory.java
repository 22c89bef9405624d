package dev.javelin.collector.daemon;

import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary directory of files that only this user may open, under a name that nobody can foresee; removed when it is closed. */
final class PrivateDirectory implements AutoCloseable {
    private final Path path;

    private PrivateDirectory(Path path) {
        this.path = path;
    }

    /** @throws JavelinException if it cannot be made */
    static PrivateDirectory create() {
        try {
            return new PrivateDirectory(Files.createTempDirectory("javelin-daemon-"));
        } catch (IOException e) {
            throw JavelinException.failed("the daemon cannot make a temporary directory: " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Files.delete(file);
            }
            Files.delete(path);
        } catch (IOException e) {
            // nobody else can read what stays behind
        }
    }
}
