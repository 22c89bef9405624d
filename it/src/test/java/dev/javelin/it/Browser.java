package dev.javelin.it;

import dev.javelin.it.harness.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Headless Chromium. */
final class Browser {
    private Browser() {}

    /** The document as it is after its scripts have run. A Chromium that fails on a busy machine before it has a document is started again. */
    static String dom(String chromium, Path page, String hash, Path scratch) throws IOException {
        Child.Result first = run(chromium, page, hash, scratch);
        if (first.exit() == 0 && !first.out().isBlank()) {
            return first.out();
        }
        return run(chromium, page, hash, scratch).ok().out();
    }

    private static Child.Result run(String chromium, Path page, String hash, Path scratch) throws IOException {
        List<String> command = List.of(
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--virtual-time-budget=20000",
                "--user-data-dir=" + Files.createTempDirectory(scratch, "chromium"),
                "--dump-dom",
                page.toUri() + "#" + hash);
        return Child.run(Duration.ofMinutes(2), command);
    }
}
