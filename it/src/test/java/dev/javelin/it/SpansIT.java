package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.NativeLibrary;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownSpans;
import dev.javelin.it.targets.KnownSpans.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The spans that threads publish are shown with what they do, and nothing else is. */
class SpansIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Set<Way> IN_LINES = Set.of(Way.ONE, Way.CHANGING, Way.CHANGING_TOO);
    private static final Set<Way> IN_CALLS = Set.of(Way.ONE, Way.CHANGING, Way.CHANGING_TOO, Way.WITHIN);
    private static final Pattern LINE = Pattern.compile(
            ".* uprobe:libspans:worked\\((\\d+), (\\d+)[^)]*\\)(?:  trace=([0-9a-f]{32}) span=([0-9a-f]{16}))?");
    private static final Pattern CALL =
            Pattern.compile("\\{\"began_ns\":-?\\d+,\"elapsed_ns\":\\d+,\"thread\":\"span-(\\d+)\""
                    + "(?:,\"trace_id\":\"([0-9a-f]{32})\",\"span_id\":\"([0-9a-f]{16})\")?,\"intervals\":");

    @TempDir
    Path directory;

    /** The first is beside the thread pointer, by its descriptor; the second is not. */
    @ParameterizedTest
    @CsvSource({
        "17, -mtls-dialect=gnu2, -DSMALL",
        "17, -mtls-dialect=gnu2, -DROOM=65536",
        "25, -mtls-dialect=gnu2, -DROOM=65536",
        "25, -mtls-dialect=gnu, -DSMALL",
        "17, -ftls-model=initial-exec, -DSMALL"
    })
    void everyLineHasTheSpanOfItsThread(int major, String model, String size) throws Exception {
        Child.Result result = trace(major, model, size);
        int[] calls = new int[Way.values().length];
        for (String line : result.out().lines().toList()) {
            Matcher shown = LINE.matcher(line);
            assertThat(shown.matches()).as(line).isTrue();
            Way way = Way.values()[Integer.parseInt(shown.group(1))];
            boolean changing = way == Way.CHANGING || way == Way.CHANGING_TOO;
            int call = changing ? Integer.parseInt(shown.group(2)) : 0;
            check(line, way, IN_LINES.contains(way), call, shown.group(3), shown.group(4));
            calls[way.ordinal()]++;
        }
        assertThat(calls).as(result.err()).containsOnly(KnownSpans.CALLS);
        assertThat(result.err()).doesNotContain("OpenTelemetry");
    }

    @ParameterizedTest
    @CsvSource({"17, -DSMALL", "25, -DROOM=65536"})
    void everySlowCallHasTheSpanOfItsThread(int major, String size) throws Exception {
        MustRun.recording();
        Path json = directory.resolve("requests.json");
        String method = KnownSpans.class.getName() + ".request";
        try (TargetProcess target = target(major, "-mtls-dialect=gnu2", size);
                Child recorder = Watch.start(
                        target, List.of("explain", "--slower-than", "1ms", "-f", json.toString(), method))) {
            Watch.all(target, recorder, Watch.explainLinks(major));
        }
        String text = Files.readString(json);
        Map<Way, Matcher> calls = new TreeMap<>();
        Matcher call = CALL.matcher(text.substring(text.indexOf("\"slowest\"")));
        while (call.find()) {
            Way way = Way.values()[Integer.parseInt(call.group(1))];
            int last = way == Way.CHANGING || way == Way.CHANGING_TOO ? KnownSpans.CALLS - 1 : 0;
            check(call.group(), way, IN_CALLS.contains(way), last, call.group(2), call.group(3));
            calls.put(way, call);
        }
        assertThat(calls.keySet()).as(text).containsExactly(Way.values());
    }

    /** Nothing says where a variable is that its own file never uses. */
    @Test
    void whatIsNotFoundIsSaid() throws Exception {
        Child.Result result = trace(17, "-mtls-dialect=gnu2", "-DUNUSED");
        assertThat(result.out())
                .hasLineCount(Way.values().length * KnownSpans.CALLS)
                .doesNotContain("trace=");
        assertThat(result.err().lines().filter(line -> line.contains("OpenTelemetry")))
                .containsExactly(
                        "libspans.so publishes OpenTelemetry's thread context, but it is not to be found where the"
                                + " dynamic linker puts it: spans are not shown; once a thread has used it, try again");
    }

    private static void check(String told, Way way, boolean published, int call, String trace, String span) {
        HexFormat hex = HexFormat.of();
        String expected = hex.toHexDigits(way.traceHigh()) + hex.toHexDigits(KnownSpans.TRACE_LOW);
        assertThat(trace).as(told).isEqualTo(published ? expected : null);
        assertThat(span).as(told).isEqualTo(published ? hex.toHexDigits(way.span(call)) : null);
    }

    private Child.Result trace(int major, String... flags) throws Exception {
        MustRun.recording();
        try (TargetProcess target = target(major, flags);
                Child recorder = Watch.start(target, List.of("trace", "uprobe:libspans:worked"))) {
            Links.await(recorder, Watch.OWN_LINKS + 1);
            int from = target.outLines().size();
            target.send("go");
            target.awaitOut(from, "DONE", PATIENCE);
            recorder.signal("INT");
            return recorder.await(PATIENCE).ok();
        }
    }

    private TargetProcess target(int major, String... flags) {
        Path library = NativeLibrary.compile(
                MustRun.jdk(major), directory.resolve("libspans.so"), List.of("spans.c"), List.of(flags));
        return TargetProcess.start(MustRun.jdk(major), List.of(), KnownSpans.class, library.toString());
    }
}
