package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.MixedApp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmc.common.IMCStackTrace;
import org.openjdk.jmc.common.item.IItem;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.item.IItemIterable;
import org.openjdk.jmc.common.item.ItemFilters;
import org.openjdk.jmc.flightrecorder.JfrAttributes;
import org.openjdk.jmc.flightrecorder.JfrLoaderToolkit;

/** One recording of a real application, read by every tool that people have for it. */
class FormatsIT {
    @TempDir
    static Path directory;

    private static Path jfr;
    private static long samples;

    @BeforeAll
    static void record() {
        MustRun.recording();
        jfr = directory.resolve("mixed.jfr");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), MixedApp.class)) {
            JavelinCommand.recordCpu(target.pid(), Duration.ofSeconds(3), 999, jfr);
        }
        samples = Recording.read(jfr).samples().size();
        assertThat(samples).isGreaterThan(500);
    }

    @AfterAll
    static void forget() {
        jfr = null;
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void jfrSummaryAndPrint(int major) {
        String tool = MustRun.jdk(major).tool("jfr").toString();
        String summary = Child.run(tool, "summary", jfr.toString()).ok().out();
        Matcher count = Pattern.compile("jdk\\.ExecutionSample\\s+(\\d+)").matcher(summary);
        assertThat(count.find()).as(summary).isTrue();
        assertThat(Long.parseLong(count.group(1))).isEqualTo(samples);
        String printed = Child.run(tool, "print", "--stack-depth", "8", jfr.toString())
                .ok()
                .out();
        assertThat(Pattern.compile("^jdk\\.ExecutionSample \\{", Pattern.MULTILINE)
                        .matcher(printed)
                        .results()
                        .count())
                .isEqualTo(samples);
        assertThat(printed).contains("MixedApp.", "startTime = ");
    }

    @Test
    void missionControlReadsIt() throws Exception {
        IItemCollection events =
                JfrLoaderToolkit.loadEvents(jfr.toFile()).apply(ItemFilters.type("jdk.ExecutionSample"));
        long items = 0;
        long withJava = 0;
        for (IItemIterable iterable : events) {
            for (IItem item : iterable) {
                IMCStackTrace trace = JfrAttributes.EVENT_STACKTRACE
                        .getAccessor(iterable.getType())
                        .getMember(item);
                items++;
                withJava += trace.getFrames().stream()
                                .anyMatch(frame ->
                                        frame.getMethod().getMethodName().equals("forever"))
                        ? 1
                        : 0;
            }
        }
        assertThat(items).isEqualTo(samples);
        assertThat(withJava).isGreaterThan(samples / 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"html", "heatmap", "collapsed", "pprof", "otlp"})
    void asyncProfilersConverterReadsIt(String format) throws Exception {
        Path output = directory.resolve("converted." + format);
        Child.run(
                        MustRun.jdk(17).java().toString(),
                        "-jar",
                        Repository.peer("jfr-converter.jar").toString(),
                        "--cpu",
                        "-o",
                        format,
                        jfr.toString(),
                        output.toString())
                .ok();
        assertThat(output).isNotEmptyFile();
        if (format.equals("collapsed")) {
            assertThat(total(output)).isEqualTo(samples);
            assertThat(Files.readString(output)).contains("dev/javelin/it/targets/MixedApp.forever");
        }
    }

    @Test
    void theRecordersOwnCollapsedStacksAndPage() throws Exception {
        String chromium = MustRun.command("chromium", "chromium-browser");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(17), List.of(), MixedApp.class)) {
            Path collapsed = directory.resolve("own.collapsed");
            Child.Result result = record(target, collapsed);
            Matcher count = Pattern.compile("(\\d+) samples in").matcher(result.err());
            assertThat(count.find()).as(result.err()).isTrue();
            assertThat(total(collapsed)).isEqualTo(Long.parseLong(count.group(1)));
            Path html = directory.resolve("own.html");
            record(target, html);
            String dom = Browser.dom(chromium, html, "header&view=tree", directory);
            assertThat(dom).contains("MixedApp", "samples in");
        }
    }

    private static Child.Result record(TargetProcess target, Path file) {
        return JavelinCommand.recordCpu(target.pid(), Duration.ofSeconds(2), 499, file);
    }

    private static long total(Path collapsed) throws Exception {
        try (Stream<String> lines = Files.lines(collapsed)) {
            return lines.mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }
}
