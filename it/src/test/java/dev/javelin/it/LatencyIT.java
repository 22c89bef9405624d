package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.BusyThreads;
import dev.javelin.it.targets.KnownCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code latency} writes and shows, from the command to the file or the screen. */
class LatencyIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROWS = 30;
    private static final Pattern FRAME = Pattern.compile("\\d+ s \\(Ctrl-C ends the measurement\\)");

    @TempDir
    Path directory;

    @Test
    void everyCallIsInTheLogAndOnThePage() throws Exception {
        MustRun.recording();
        Path log = directory.resolve("calls.hlog");
        Path page = directory.resolve("calls.html");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownCalls.class);
                Child first = Watch.start(
                        target, List.of("latency", "--by", "arg2", "-f", log.toString(), "syscall:pwrite64"));
                Child second = Watch.start(target, List.of("latency", "-f", page.toString(), "syscall:fsync"))) {
            Watch.all(target, first, Watch.OWN_LINKS + 2, second);
        }
        Map<String, Histogram> histograms = new TreeMap<>();
        try (HistogramLogReader reader = new HistogramLogReader(log.toFile())) {
            while (reader.hasNext()) {
                Histogram next = (Histogram) reader.nextIntervalHistogram();
                histograms.put(next.getTag(), next);
            }
        }
        assertThat(histograms.keySet()).containsExactly("syscall:pwrite64", "syscall:pwrite64;arg2=4096");
        histograms.values().forEach(one -> assertThat(one.getTotalCount()).isEqualTo(KnownCalls.FSYNCS));
        assertThat(Files.readString(page))
                .contains("<h2 id=\"probe-1\">syscall:fsync</h2>")
                .contains("<tr class=\"all\"><th scope=\"row\">all</th><td>1,009</td>")
                .contains("<svg class=\"chart\"");
    }

    @Test
    void callsAreToldApartBySystemCallAndCpu() throws Exception {
        MustRun.recording();
        Path calls = directory.resolve("calls.json");
        Path cpus = directory.resolve("cpus.json");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), KnownCalls.class);
                Child first = Watch.start(
                        target, List.of("latency", "--by", "syscall", "-f", calls.toString(), "syscall:*"));
                Child second = Watch.start(
                        target, List.of("latency", "--by", "cpu", "-f", cpus.toString(), "syscall:sched_yield"))) {
            Watch.all(target, first, Watch.OWN_LINKS + 2, second);
        }
        assertThat(keys(calls)).containsEntry("fsync", KnownCalls.FSYNCS).containsEntry("pwrite64", KnownCalls.FSYNCS);
        ProbesIT.assertYields(keys(calls).get("sched_yield"));
        Map<String, Integer> byCpu = keys(cpus);
        assertThat(byCpu.keySet()).isNotEmpty().allMatch(key -> key.matches("CPU \\d+"));
        ProbesIT.assertYields(
                byCpu.values().stream().mapToInt(Integer::intValue).sum());
    }

    private static Map<String, Integer> keys(Path json) throws Exception {
        Map<String, Integer> counts = new TreeMap<>();
        Matcher key = Pattern.compile("\"key\":\"([^\"]*)\",\"unit\":\"ns\",\"count\":(\\d+)")
                .matcher(Files.readString(json));
        while (key.find()) {
            counts.put(key.group(1), Integer.parseInt(key.group(2)));
        }
        return counts;
    }

    /** Of a thread that starts: its name, the length of that, two numbers of it, and whether it is a daemon, as those of the JVM are. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void argumentsOfUsdtProbesAreConditionsKeysAndNumbers(int major) throws Exception {
        MustRun.recording();
        Path json = directory.resolve("lengths.json");
        Path collapsed = directory.resolve("starts.collapsed");
        String probe = "usdt:libjvm:hotspot:thread__start /arg4 == 0/";
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), KnownCalls.class);
                Child first = Watch.start(
                        target, List.of("latency", "--value", "arg1", "--by", "arg4", "-f", json.toString(), probe));
                Child second = Watch.start(
                        target, List.of("record", "-e", probe, "--by", "arg1", "-f", collapsed.toString()))) {
            Watch.all(target, first, Watch.OWN_LINKS + 1, second);
        }
        int length = "Thread-0".length();
        assertThat(Files.readString(json))
                .contains("\"value\":\"arg1\",\"unit\":\"number\",\"count\":4,\"sum\":" + 4 * length)
                .contains("\"keys\":[{\"key\":\"arg4=0\",");
        List<String> lines = Files.readAllLines(collapsed);
        assertThat(lines).allMatch(line -> line.startsWith("[arg1=" + length + "];"));
        assertThat(ProbesIT.sum(lines)).isEqualTo(4);
    }

    /** What is written to a terminal that shows it, ends with one table, and nothing of those before it. */
    @Test
    void theScreenIsWrittenAgainEachSecond() throws Exception {
        MustRun.recording();
        MustRun.command("script");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), BusyThreads.class, "3")) {
            target.send("go");
            Path typescript = Files.createFile(directory.resolve("typescript"));
            try (Child terminal = new Child(onTerminal(
                    typescript,
                    List.of("latency", "--by", "thread", "runq", "syscall:*", Long.toString(target.pid()))))) {
                Watch.until(() -> frames(Files.readString(typescript)) >= 3);
                terminal.send("\u0003"); // Ctrl-C
                terminal.await(PATIENCE).ok();
            }
            String written = Files.readString(typescript);
            List<String> screen = screen(written);
            assertThat(screen)
                    .as(written)
                    .filteredOn(line -> line.startsWith("probe/key"))
                    .hasSize(1);
            assertThat(screen).noneMatch(line -> line.contains("Ctrl-C ends"));
            assertThat(screen).anyMatch(line -> line.startsWith("runq "));
            assertThat(screen).anyMatch(line -> line.contains(" events in ") && line.contains("; lost "));
        }
    }

    private static long frames(String written) {
        return FRAME.matcher(written).results().count();
    }

    private static List<String> onTerminal(Path typescript, List<String> arguments) {
        StringBuilder command = new StringBuilder(
                "TERM=xterm; export TERM; unset COLUMNS; stty -echo cols 100 rows " + ROWS + "; exec");
        JavelinCommand.line(arguments)
                .forEach(word ->
                        command.append(" '").append(word.replace("'", "'\\''")).append('\''));
        return List.of("script", "-qefc", command.toString(), typescript.toString());
    }

    /** The lines, as far as a terminal would show them above and on its screen, by what it is told here: to go up, and to clear. */
    private static List<String> screen(String written) {
        List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
        int row = 0;
        int column = 0;
        Matcher next = Pattern.compile("\u001b\\[(\\d*)([AKJ])|\\r|\\n|[^\\r\\n\u001b]+")
                .matcher(written);
        while (next.find()) {
            String text = next.group();
            if (text.equals("\r")) {
                column = 0;
            } else if (text.equals("\n")) {
                row++;
                if (row == lines.size()) {
                    lines.add(new StringBuilder());
                }
            } else if (next.group(2) == null) {
                StringBuilder line = lines.get(row);
                line.append(" ".repeat(Math.max(0, column - line.length())));
                line.replace(column, Math.min(line.length(), column + text.length()), text);
                column += text.length();
            } else if (next.group(2).equals("A")) {
                row -= Integer.parseInt(next.group(1));
                assertThat(row)
                        .as("what has scrolled off the screen cannot be reached")
                        .isGreaterThanOrEqualTo(lines.size() - ROWS);
            } else {
                lines.get(row).setLength(Math.min(column, lines.get(row).length()));
                if (next.group(2).equals("J")) {
                    lines.subList(row + 1, lines.size()).clear();
                }
            }
        }
        return lines.stream()
                .map(line -> line.toString().stripTrailing())
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
