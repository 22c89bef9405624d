package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.HostileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names made to do harm come out right in every format, and do none. */
class HostileNamesIT {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldShowHostileNamesAndDoWhatTheySayNowhere(int major) throws IOException {
        MustRun.recording();
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), HostileNames.class)) {
            checkJfr(target);
            checkCollapsed(target);
            checkHtml(target);
        }
    }

    private Path record(TargetProcess target, String name) {
        Path file = directory.resolve(name);
        JavelinCommand.run("record", "-t", "-d", "2s", "-F", "499", "-f", file.toString(), Long.toString(target.pid()))
                .ok();
        return file;
    }

    private void checkJfr(TargetProcess target) {
        Recording recording = Recording.read(record(target, "names.jfr"));
        assertThat(recording.ofThread(HostileNames.THREAD)).isNotEmpty();
        assertThat(recording.samples())
                .anyMatch(sample -> sample.frames().stream()
                        .anyMatch(frame -> frame.owner().equals(HostileNames.CLASS)
                                && frame.method().equals(HostileNames.METHOD)));
    }

    private void checkCollapsed(TargetProcess target) throws IOException {
        List<String> lines = Files.readAllLines(record(target, "names.collapsed"));
        assertThat(lines).isNotEmpty().allMatch(line -> line.matches("[^\\p{Cntrl}]+ \\d+"));
        assertThat(lines)
                .anyMatch(line -> line.contains("document.title='pwned'</script>\\u003ba b\\u000a\ud83d\ude00"));
    }

    private void checkHtml(TargetProcess target) throws IOException {
        String chromium = MustRun.command("chromium", "chromium-browser", "google-chrome");
        Path page = record(target, "names.html");
        Child.Result dom = Child.run(
                Duration.ofMinutes(2),
                List.of(
                        chromium,
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--user-data-dir=" + Files.createDirectory(directory.resolve("profile")),
                        "--virtual-time-budget=5000",
                        "--dump-dom",
                        page.toUri() + "#view=tree"));
        assertThat(dom.out()).contains("<title>").doesNotContain("<title>pwned").doesNotContain("<img");
    }
}
