package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.TargetProcess;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs a target's work from its start to its end under a command that misses nothing of it. */
final class Watch {
    /** Notices of exec and exit. */
    static final int OWN_LINKS = 2;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Watch() {}

    /** Starts a command on a target. */
    static Child start(TargetProcess target, List<String> command) {
        List<String> line = new ArrayList<>(command);
        line.add(Long.toString(target.pid()));
        return JavelinCommand.start(line.toArray(String[]::new));
    }

    /** Has the target work, once the command has so many links; the command's messages. */
    static String all(TargetProcess target, Child recorder, int links) throws Exception {
        awaitLinks(recorder, links);
        int from = target.outLines().size();
        target.send("go");
        target.awaitOut(from, "DONE", PATIENCE);
        recorder.signal("INT");
        return recorder.await(PATIENCE).ok().err();
    }

    /** Waits until the kernel has all links of a recorder: from then on nothing is missed. */
    private static void awaitLinks(Child recorder, int links) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (links(recorder.pid()) < links) {
            assertThat(recorder.isAlive() && System.nanoTime() < end)
                    .as("attached: " + recorder.err())
                    .isTrue();
            Thread.sleep(20);
        }
    }

    private static int links(long pid) throws IOException {
        int links = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path file : files) {
                links += isLink(file) ? 1 : 0;
            }
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
