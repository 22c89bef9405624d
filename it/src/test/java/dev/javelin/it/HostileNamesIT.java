package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.Sample;
import dev.javelin.it.harness.StackFrame;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.HostileNames;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that are markup, separators or control characters come out right in every format, and do no harm. */
class HostileNamesIT {
    private static final int ENOUGH = 50;
    private static final Pattern ESCAPE = Pattern.compile("\\\\(u[0-9a-f]{4}|\\\\)");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void inJfr(int major) {
        Recording recording = Recording.read(record(major, "hostile.jfr"));
        for (int i = 0; i < HostileNames.CLASSES.size(); i++) {
            String owner = HostileNames.CLASSES.get(i).replace('/', '.');
            List<String> expected = HostileNames.METHODS.stream()
                    .map(name -> owner + "." + name)
                    .toList();
            String thread = HostileNames.THREADS.get(i);
            List<Sample> whole = recording.where(sample -> sample.thread().equals(thread)
                    && sample.frames().stream()
                            .filter(frame -> frame.owner().equals(owner))
                            .map(StackFrame::name)
                            .toList()
                            .equals(expected));
            assertThat(whole).as("samples of " + owner + " on " + thread).hasSizeGreaterThan(ENOUGH);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void inCollapsedStacks(int major) throws Exception {
        Path file = record(major, "hostile.collapsed");
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).allMatch(line -> line.matches("[^\\p{Cntrl}]+ \\d+"));
        List<List<String>> stacks = lines.stream()
                .map(line -> List.of(line.substring(0, line.lastIndexOf(' ')).split(";", -1)))
                .map(frames -> frames.stream().map(HostileNamesIT::restored).toList())
                .toList();
        for (int i = 0; i < HostileNames.CLASSES.size(); i++) {
            String owner = HostileNames.CLASSES.get(i);
            String thread = "[" + HostileNames.THREADS.get(i) + " tid=";
            List<String> expected = HostileNames.METHODS.stream()
                    .map(name -> owner + "." + name)
                    .toList();
            assertThat(stacks)
                    .anyMatch(frames -> frames.get(0).startsWith(thread)
                            && frames.stream()
                                    .filter(frame -> frame.startsWith(owner + "."))
                                    .toList()
                                    .equals(expected));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void inTheReport(int major) throws Exception {
        String chromium = MustRun.command("chromium", "chromium-browser");
        Path html = record(major, "hostile.html");
        String page = Files.readString(html);
        assertThat(page).doesNotContain("alert(1)</", "document.title='run'");
        String dom = Browser.dom(chromium, html, "header&view=tree", directory);
        assertThat(dom).contains("<title>").doesNotContain("<title>run", "<img");
        assertThat(count("<script", dom)).isEqualTo(count("<script", page));
        // the tree opens the path with the most samples, and each of the classes has as many as the others
        assertThat(dom)
                .containsPattern("hostile/[^<]*\\.a b 17")
                .contains("[&lt;script&gt;document.title='run'&lt;/script&gt;&lt;img src=x")
                .contains("[a;b c 5 tid=")
                .contains("\uD83D\uDE00smile", "back\\slash\\u003b", "${7*7}{{7*7}}%s%n", "')-alert(1)-('");
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void onTheTerminal(int major) {
        MustRun.recording();
        try (TargetProcess target =
                TargetProcess.start(MustRun.jdk(major), List.of("-Dx=\u001b[31m\u0007"), HostileNames.class)) {
            String pid = Long.toString(target.pid());
            for (Child.Result result : List.of(
                    JavelinCommand.run("list"),
                    JavelinCommand.run("record", "-d", "1s", "-t", pid),
                    JavelinCommand.run("trace", "-d", "1s", "--stack", "syscall:futex", pid),
                    JavelinCommand.run("doctor", pid))) {
                assertThat(result.out() + result.err()).doesNotContain("\u001b", "\u0007");
            }
        }
    }

    private Path record(int major, String name) {
        MustRun.recording();
        Path file = directory.resolve(name);
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), HostileNames.class)) {
            JavelinCommand.recordCpu(target.pid(), Duration.ofSeconds(3), 499, file, "-t");
        }
        return file;
    }

    /** A frame of a collapsed stack as it was before its escapes. */
    private static String restored(String frame) {
        return ESCAPE.matcher(frame).replaceAll(match -> {
            String escape = match.group(1);
            String text = escape.equals("\\")
                    ? "\\"
                    : new String(
                            new byte[] {
                                (byte) Integer.parseInt(escape.substring(1, 3), 16),
                                (byte) Integer.parseInt(escape.substring(3), 16)
                            },
                            StandardCharsets.UTF_16BE);
            return Matcher.quoteReplacement(text);
        });
    }

    private static int count(String needle, String text) {
        return (int)
                Pattern.compile(Pattern.quote(needle)).matcher(text).results().count();
    }
}
