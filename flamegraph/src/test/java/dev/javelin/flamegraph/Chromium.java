package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Headless Chromium, with a profile directory of its own. */
final class Chromium {
    private Chromium() {}

    /** Skips the calling test where there is no Chromium, unless it must run. */
    static void require() {
        boolean must = "true".equals(System.getenv("CI")) || "1".equals(System.getenv("JAVELIN_MUST_RUN"));
        if (program() == null) {
            assertThat(must).as("this test must run, and there is no chromium").isFalse();
            assumeTrue(false, "skipped: there is no chromium in /usr/bin or $JAVELIN_CHROMIUM");
        }
    }

    /** The document as it is after its scripts have run. A Chromium that fails on a busy machine before it has a document is started again. */
    static String dom(Path page, String hash, Path scratch) throws IOException, InterruptedException {
        Path output = Files.createTempFile(scratch, "dom", ".html");
        int status = run(page, hash, scratch, output);
        if (status != 0 || Files.size(output) == 0) {
            status = run(page, hash, scratch, output);
        }
        assertThat(status).as("of chromium").isZero();
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private static int run(Path page, String hash, Path scratch, Path output) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                program().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1200,800",
                "--virtual-time-budget=20000",
                "--user-data-dir=" + Files.createTempDirectory(scratch, "chromium"),
                "--dump-dom",
                page.toUri() + "#" + hash));
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("chromium did not end");
        }
        return process.exitValue();
    }

    private static Path program() {
        String configured = System.getenv("JAVELIN_CHROMIUM");
        return Stream.of(configured == null ? "/usr/bin/chromium" : configured, "/usr/bin/chromium-browser")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }
}
