package dev.javelin.it.harness;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What a recorder has attached to the kernel. */
public final class Links {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Links() {}

    /** Waits until the kernel has so many links of a recorder: from then on nothing is missed. */
    public static void await(Child recorder, int links) throws InterruptedException {
        if (!awaitOrEnd(recorder, links)) {
            throw new AssertionError("not attached: " + recorder.err());
        }
    }

    /** The same of a recorder that may have ended, with all that it was to do, before anybody looks; false then. */
    public static boolean awaitOrEnd(Child recorder, int links) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (count(recorder.pid()) < links) {
            if (!recorder.isAlive()) {
                return false;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("not attached: " + recorder.err());
            }
            Thread.sleep(20);
        }
        return true;
    }

    private static int count(long pid) {
        int links = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path file : files) {
                links += isLink(file) ? 1 : 0;
            }
        } catch (IOException | DirectoryIteratorException e) {
            return 0; // it has ended meanwhile
        }
        return links;
    }

    private static boolean isLink(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().contains("bpf_link");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
