package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplanationOutputsTest {
    /** No control character but the line feed, nothing bidirectional, no surrogate without its other half. */
    private static final String HARMLESS = "[^\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202e\\p{Cs}]*";

    private static final long MS = 1_000_000;

    @TempDir
    Path directory;

    @Test
    void shouldPutThePartWithTheMostSlowTimeFirst() {
        assertThat(ExplanationOutputs.text(ExplanationSamples.small(), 100, true))
                .isEqualTo("""
                com.acme.Orders.place  10 calls, 200 ms; 2 slow (50.0 ms or more), 130 ms

                part                             all calls        slow calls  per slow call
                monitor                    120 ms   60.0 %   100 ms   76.9 %        50.0 ms  #######################
                  app.Stock                100 ms   50.0 %  95.0 ms   73.1 %        47.5 ms
                  app.Cart                20.0 ms   10.0 %  5.00 ms    3.8 %        2.50 ms
                file I/O                  20.0 ms   10.0 %  20.0 ms   15.4 %        10.0 ms  #####
                  /var/lib/app/orders.db  20.0 ms   10.0 %  20.0 ms   15.4 %        10.0 ms
                on CPU: Java              60.0 ms   30.0 %  10.0 ms    7.7 %        5.00 ms  ##
                """);
        assertThat(ExplanationOutputs.text(ExplanationSamples.small(), 100, false))
                .contains(
                        "50.0 ms  " + "\u2588".repeat(23) + "\n",
                        "10.0 ms  \u2588\u2588\u2588\u2588\u258b\n",
                        "5.00 ms  \u2588\u2588\u258e\n");
    }

    private static Explanation with(List<Explanation.Part> parts, long elapsed, long slowElapsed) {
        return new Explanation(
                "a.B.c",
                10,
                elapsed,
                new Explanation.Slow(MS, 2, slowElapsed),
                parts,
                new Latencies(),
                List.of(),
                ExplanationSamples.small().profile());
    }

    @Test
    void shouldTellOfTasksApart() {
        String calls = ExplanationOutputs.text(ExplanationSamples.small(), 100, true);
        assertThat(ExplanationOutputs.text(ExplanationSamples.followed(), 100, true))
                .isEqualTo(calls + """

                handed over to other threads  20 tasks, 100 ms; of slow calls 4 tasks, 40.0 ms

                part                       all calls        slow calls  per slow call
                sleep               90.0 ms   90.0 %  30.0 ms   75.0 %        15.0 ms  #############################
                  in Main.Task.run  90.0 ms   90.0 %  30.0 ms   75.0 %        15.0 ms
                on CPU: Java        10.0 ms   10.0 %  10.0 ms   25.0 %        5.00 ms  ##########
                queued               200 ms  200.0 %                 -              -

                What 1 task did is not known.
                """);
        String json = ExplanationOutputs.json(ExplanationSamples.small());
        assertThat(ExplanationOutputs.json(ExplanationSamples.followed()))
                .isEqualTo(json.substring(0, json.length() - 2)
                        + ",\"handed_over\":{\"tasks\":20,\"slow_tasks\":4,\"all_ns\":100000000,\"slow_ns\":40000000,"
                        + "\"lost\":1,\"parts\":[{\"part\":\"sleep\",\"detail\":\"in Main.Task.run\","
                        + "\"all_ns\":90000000,\"slow_ns\":30000000,"
                        + "\"stack\":[\"app/Main$Task.run\",\"java/lang/Thread.sleep\"]},"
                        + "{\"part\":\"on CPU: Java\",\"detail\":\"\",\"all_ns\":10000000,\"slow_ns\":10000000,"
                        + "\"stack\":[\"app/Main$Task.run\"]},"
                        + "{\"part\":\"queued\",\"detail\":\"\",\"all_ns\":200000000,\"slow_ns\":0,\"stack\":[]}]}}\n");
    }

    /** Some calls always go on. */
    @Test
    void shouldTellOfACallThatMayHang() {
        assertThat(ExplanationOutputs.text(ExplanationSamples.goingOn(80 * MS), 100, true))
                .isEqualTo(ExplanationOutputs.text(ExplanationSamples.small(), 100, true));
        Explanation longer = ExplanationSamples.goingOn(12_300 * MS);
        assertThat(ExplanationOutputs.text(longer, 200, true).lines().findFirst())
                .hasValue("com.acme.Orders.place  10 calls, 200 ms; 2 slow (50.0 ms or more), 130 ms; 2 going on, the"
                        + " longest for 12.3 s");
        assertThat(ExplanationOutputs.json(longer)).contains(",\"going_on\":{\"calls\":2,\"longest_ns\":12300000000},");
    }

    @Test
    void shouldSumUpDetailsBehindTheThirdAndStacks() {
        List<Explanation.Part> parts = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            parts.add(new Explanation.Part(CallPart.SOCKET, "peer" + i, 1, i * MS, i == 2 ? MS : 0));
            parts.add(new Explanation.Part(CallPart.SOCKET, "peer" + i, 2, i * MS, i == 2 ? MS : 0));
        }
        parts.add(new Explanation.Part(CallPart.SOCKET, "", 2, 10 * MS, 0));
        assertThat(ExplanationOutputs.text(with(parts, 40 * MS, 2 * MS), 60, true)
                        .lines()
                        .map(line -> line.replaceAll("  +", " ").strip()))
                .containsSubsequence(
                        "socket 40.0 ms 100.0 % 2.00 ms 100.0 % ###########",
                        "peer2 4.00 ms 10.0 % 2.00 ms 100.0 %",
                        "peer5 10.0 ms 25.0 % -",
                        "peer4 8.00 ms 20.0 % -",
                        "other (2) 8.00 ms 20.0 % -");
    }

    @Test
    void shouldTellIfThePartsDoNotAddUp() {
        List<Explanation.Part> parts = List.of(new Explanation.Part(CallPart.PARK, "", 1, 1000 * MS, 100 * MS));
        assertThat(ExplanationOutputs.text(with(parts, 1009 * MS, 100 * MS), 80, true))
                .doesNotContain("add up");
        assertThat(ExplanationOutputs.text(with(parts, 991 * MS, 101 * MS), 80, true))
                .doesNotContain("add up");
        assertThat(ExplanationOutputs.text(with(parts, 1250 * MS, 100 * MS), 80, true))
                .endsWith("\n\nThe parts add up to 80.0 % of the time of all calls.\n");
        assertThat(ExplanationOutputs.text(with(parts, 500 * MS, 200 * MS), 80, true))
                .endsWith("\n\nThe parts add up to 200.0 % of the time of all calls and to 50.0 % of that of the slow"
                        + " calls.\n");
    }

    @Test
    void shouldShowThatNoCallWasSlow() {
        assertThat(ExplanationOutputs.text(ExplanationSamples.withoutSlowCalls(1), 100, true))
                .isEqualTo("""
                        com.acme.Orders.place  1 call, 4.00 ms; 0 slow (50.0 ms or more)

                        part              all calls  slow calls  per slow call
                        park       3.00 ms   75.0 %           -              -  ########################################
                        socket     1.00 ms   25.0 %           -              -  #############
                          db:5432  1.00 ms   25.0 %           -              -
                        """);
        assertThat(ExplanationOutputs.text(ExplanationSamples.withoutSlowCalls(0), 80, true))
                .isEqualTo("com.acme.Orders.place  0 calls, 0 ns; 0 slow (50.0 ms or more)\n");
        assertThat(ExplanationOutputs.json(ExplanationSamples.withoutSlowCalls(0)))
                .isEqualTo("{\"method\":\"com.acme.Orders.place\",\"calls\":0,\"elapsed_ns\":0,"
                        + "\"slow\":{\"threshold_ns\":50000000,\"calls\":0,\"elapsed_ns\":0},"
                        + "\"histogram\":{\"unit\":\"ns\",\"count\":0,\"sum\":0,\"min\":null,\"mean\":null,\"p50\":null,"
                        + "\"p90\":null,\"p99\":null,\"p999\":null,\"max\":null,\"buckets\":[]},"
                        + "\"going_on\":{\"calls\":0,\"longest_ns\":0},\"parts\":[],\"slowest\":[],\"stacks\":[]}\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 60, 80, 100, 130, 250})
    void shouldKeepToTheWidth(int columns) {
        String name = Samples.EMOJI.repeat(90);
        List<Explanation.Part> parts =
                new ArrayList<>(ExplanationSamples.realistic().parts());
        parts.add(new Explanation.Part(CallPart.MONITOR, name, 0, 20_000 * MS, 20_000 * MS));
        for (boolean ascii : new boolean[] {false, true}) {
            String text = ExplanationOutputs.text(with(parts, 70_000 * MS, 31_000 * MS), columns, ascii);
            assertThat(text.lines()).allMatch(line -> line.codePointCount(0, line.length()) <= Math.max(columns, 53));
            assertThat(text.contains("per slow call")).isEqualTo(columns >= 100);
            assertThat(text.contains(ascii ? "###" : "\u2588\u2588\u2588")).isEqualTo(columns >= 80);
        }
    }

    @Test
    void shouldPrintNothingThatATerminalObeys() {
        for (String method : Samples.HOSTILE) {
            for (boolean ascii : new boolean[] {false, true}) {
                assertThat(ExplanationText.of(ExplanationSamples.hostile(method), 99, 150, ascii))
                        .matches(HARMLESS)
                        .contains("line\\u000afeed\\u000d\\u0009tab\\u0000nul\\u001b[31mred", "a;b c");
            }
        }
    }

    @Test
    void shouldWriteEachPartWithItsStackAsJson() {
        assertThat(ExplanationOutputs.json(ExplanationSamples.small()))
                .isEqualTo("{\"method\":\"com.acme.Orders.place\",\"calls\":10,\"elapsed_ns\":200000000,"
                        + "\"slow\":{\"threshold_ns\":50000000,\"calls\":2,\"elapsed_ns\":130000000},"
                        + "\"histogram\":{\"unit\":\"ns\",\"count\":10,\"sum\":200000000,\"min\":8000000,\"mean\":2.0E7,"
                        + "\"p50\":9043967,\"p90\":49807359,\"p99\":80000000,\"p999\":80000000,\"max\":80000000,\"buckets\":["
                        + "{\"from_ns\":7995392,\"to_ns\":8126464,\"count\":3},"
                        + "{\"from_ns\":8912896,\"to_ns\":9175040,\"count\":4},"
                        + "{\"from_ns\":9961472,\"to_ns\":10223616,\"count\":1},"
                        + "{\"from_ns\":49283072,\"to_ns\":50331648,\"count\":1},"
                        + "{\"from_ns\":79691776,\"to_ns\":81788928,\"count\":1}]},"
                        + "\"going_on\":{\"calls\":0,\"longest_ns\":0},\"parts\":["
                        + "{\"part\":\"monitor\",\"detail\":\"app.Stock\",\"all_ns\":100000000,\"slow_ns\":95000000,"
                        + "\"stack\":[\"app/Main.run\",\"app/Orders.place\",\"app/Stock.reserve\"]},"
                        + "{\"part\":\"file I/O\",\"detail\":\"/var/lib/app/orders.db\",\"all_ns\":20000000,"
                        + "\"slow_ns\":20000000,\"stack\":[\"app/Main.run\",\"app/Orders.place\",\"vfs_read_[k]\"]},"
                        + "{\"part\":\"on CPU: Java\",\"detail\":\"\",\"all_ns\":60000000,\"slow_ns\":10000000,"
                        + "\"stack\":[\"app/Main.run\",\"app/Orders.place\"]},"
                        + "{\"part\":\"monitor\",\"detail\":\"app.Cart\",\"all_ns\":20000000,\"slow_ns\":5000000,"
                        + "\"stack\":[\"app/Main.run\",\"app/Orders.place\",\"app/Stock.reserve\"]}],\"slowest\":["
                        + "{\"began_ns\":300000000,\"elapsed_ns\":80000000,\"thread\":\"worker-1\","
                        + "\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"span_id\":\"00f067aa0ba902b7\","
                        + "\"intervals\":[{\"part\":\"on CPU: Java\",\"detail\":\"\",\"from_ns\":0,\"elapsed_ns\":5000000,\"stack\":0},"
                        + "{\"part\":\"monitor\",\"detail\":\"app.Stock\",\"from_ns\":5000000,\"elapsed_ns\":70000000,\"stack\":1},"
                        + "{\"part\":\"file I/O\",\"detail\":\"/var/lib/app/orders.db\",\"from_ns\":76000000,\"elapsed_ns\":4000000,"
                        + "\"stack\":2}]},"
                        + "{\"began_ns\":100000000,\"elapsed_ns\":50000000,\"thread\":\"worker-2\","
                        + "\"intervals\":[{\"part\":\"monitor\",\"detail\":\"app.Cart\",\"from_ns\":0,\"elapsed_ns\":50000000,\"stack\":1}]}],"
                        + "\"stacks\":[[\"app/Main.run\",\"app/Orders.place\"],"
                        + "[\"app/Main.run\",\"app/Orders.place\",\"app/Stock.reserve\"],"
                        + "[\"app/Main.run\",\"app/Orders.place\",\"vfs_read_[k]\"]]}\n");
    }

    @Test
    void shouldEscapeNamesInJson() {
        assertThat(ExplanationOutputs.json(ExplanationSamples.hostile(Samples.HOSTILE.get(7))))
                .matches(HARMLESS)
                .hasLineCount(1)
                .startsWith("{\"method\":\"line\\u000afeed\\u000d\\u0009tab\\u0000nul\\u001b[31mred\",")
                .contains(
                        "\"detail\":\"rocket\\ud83d\\ude80\\ud835\\udd4f\"",
                        "\"detail\":\"lone\\ud800high\\udc00low\"",
                        "\"a\\\\u003bb c/A.a\\\\u003bb c\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.html", "a.JSON"})
    void shouldWriteTheFormatThatTheNameAsksFor(String name) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "old");
        ExplanationOutputs.write(ExplanationSamples.small(), Samples.info(), file);
        assertThat(file).content().startsWith(name.endsWith("html") ? "<!DOCTYPE html>" : "{\"method\":");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
        assertThatThrownBy(() -> ExplanationOutputs.write(
                        ExplanationSamples.small(),
                        Samples.info(),
                        directory.resolve("nowhere").resolve(name)))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void shouldKnowItsFormats() {
        assertThat(ExplanationOutputs.extensions()).containsExactly(".html", ".json");
        assertThat(ExplanationOutputs.supports("/x/A.HTML")).isTrue();
        assertThat(ExplanationOutputs.supports("a.jfr")).isFalse();
        assertThatThrownBy(() -> ExplanationOutputs.write(
                        ExplanationSamples.small(), Samples.info(), directory.resolve("a.jfr")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("a.jfr: no format is known by this name; use one of .html .json");
    }
}
