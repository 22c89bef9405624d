package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyOutputsTest {
    /** No control character but the line feed, nothing bidirectional, no surrogate without its other half. */
    private static final String HARMLESS = "[^\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202e\\p{Cs}]*";

    @TempDir
    Path directory;

    private static LatencyTable small() {
        LatencyTable table = new LatencyTable("java:app.Db.query");
        table.add("select", LatencySamples.of(1_000_000, 3_000_000, 2_000_000));
        table.add("insert", LatencySamples.of(40_000_000));
        table.add("commit", LatencySamples.of(500, 600));
        table.add(null, LatencySamples.of(100));
        table.addLost(3);
        return table;
    }

    private static String text(int top, int columns, boolean ascii, LatencyTable... tables) {
        return LatencyOutputs.text(List.of(tables), top, columns, ascii);
    }

    @Test
    void shouldPrintATableOfProbesAndKeysByTheirTimeInAll() {
        LatencyTable other = new LatencyTable("syscall:futex");
        other.add(null, LatencySamples.of(2_000_000_000));
        assertThat(text(20, 90, false, small(), other))
                .startsWith("""
                        probe/key          count     mean      p50      p90      p99    p99.9      max
                        syscall:futex          1   2.00 s   2.00 s   2.00 s   2.00 s   2.00 s   2.00 s
                        java:app.Db.query      7  6.57 ms  1.01 ms  40.0 ms  40.0 ms  40.0 ms  40.0 ms
                          insert               1  40.0 ms  40.0 ms  40.0 ms  40.0 ms  40.0 ms  40.0 ms
                          select               3  2.00 ms  2.02 ms  2.98 ms  2.98 ms  2.98 ms  3.00 ms
                          commit               2   550 ns   500 ns   599 ns   599 ns   599 ns   600 ns

                        syscall:futex
                        """)
                .contains("\n\njava:app.Db.query\n")
                .endsWith("\n  3 lost\n");
    }

    @Test
    void shouldDrawAHistogram() {
        LatencyTable table = new LatencyTable("p");
        Latencies latencies = LatencySamples.of(900, 1000, 5000);
        latencies.addBucket(LogLinear.index(9000), 15);
        latencies.addBucket(LogLinear.index(20_000), 1_000);
        table.add(null, latencies);
        assertThat(text(20, 60, false, table)).endsWith("""
                        p
                           512 ns .. 1.02 us  \u258f                                    2
                          1.02 us .. 2.05 us                                       0
                          2.05 us .. 4.10 us                                       0
                          4.10 us .. 8.19 us  \u258f                                    1
                          8.19 us .. 16.4 us  \u258c                                   15
                          16.4 us .. 32.8 us  %s  1,000
                        """.formatted("\u2588".repeat(31)));
        assertThat(text(20, 60, true, table)).endsWith("""
                          4.10 us .. 8.19 us  #                                    1
                          8.19 us .. 16.4 us  #                                   15
                          16.4 us .. 32.8 us  %s  1,000
                        """.formatted("#".repeat(31)));
    }

    @Test
    void shouldSumUpTheKeysBehindTheTop() {
        List<String> lines = text(1, 90, true, small()).lines().toList();
        assertThat(lines.get(2)).startsWith("  insert ");
        assertThat(lines.get(3)).startsWith("  other (2 keys)       5  1.20 ms");
        assertThat(lines.get(4)).isEmpty();
        assertThat(text(2, 90, true, small())).contains("  other (1 key)  ");
        assertThat(text(3, 90, true, small())).doesNotContain("other");
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 80, 100, 200})
    void shouldKeepToTheWidth(int columns) {
        LatencyTable table = new LatencyTable("usdt:" + "very_long_name_".repeat(20) + Samples.EMOJI);
        table.add(Samples.EMOJI.repeat(300), LatencySamples.of(7, 1_000, 1_000_000));
        for (boolean ascii : new boolean[] {false, true}) {
            assertThat(text(20, columns, ascii, table).lines())
                    .allMatch(line -> line.codePointCount(0, line.length()) <= Math.max(columns, 86));
        }
        assertThat(text(20, columns, false, table)).contains(Samples.EMOJI, "\u2026");
        assertThat(text(20, columns, true, table)).matches("[\\x20-\\x7e\\n]*").contains("  \\ud83d", "...");
    }

    @Test
    void shouldShowThatNothingWasMeasured() {
        assertThat(text(20, 80, true, new LatencyTable("syscall:read"))).isEqualTo("""
                        probe/key     count  mean  p50  p90  p99  p99.9  max
                        syscall:read      0     -    -    -    -      -    -

                        syscall:read
                        """);
        assertThat(text(20, 80, true)).startsWith("probe/key").hasLineCount(1);
        assertThat(LatencyOutputs.json(List.of(new LatencyTable("x"))))
                .isEqualTo(
                        "{\"probe\":\"x\",\"unit\":\"ns\",\"count\":0,\"sum\":0,\"min\":null,\"mean\":null,\"p50\":null,"
                                + "\"p90\":null,\"p99\":null,\"p999\":null,\"max\":null,\"lost\":0,\"keys\":[]}\n");
    }

    @Test
    void shouldPrintNothingThatATerminalObeys() {
        for (boolean ascii : new boolean[] {false, true}) {
            assertThat(LatencyOutputs.text(LatencySamples.hostile(), 20, 100, ascii))
                    .matches(HARMLESS)
                    .contains("line\\u000afeed\\u000d\\u0009tab\\u0000nul\\u001b[31mred", "a;b c");
        }
    }

    @Test
    void shouldWriteAnObjectForOneProbeAndElseAnArray() {
        LatencyTable table = new LatencyTable("syscall:read");
        table.add("a", LatencySamples.of(10, 20));
        table.add("b", LatencySamples.of(30));
        table.addLost(4);
        String object =
                "{\"probe\":\"syscall:read\",\"unit\":\"ns\",\"count\":3,\"sum\":60,\"min\":10,\"mean\":20.0,\"p50\":20,"
                        + "\"p90\":30,\"p99\":30,\"p999\":30,\"max\":30,\"lost\":4,\"keys\":["
                        + "{\"key\":\"a\",\"unit\":\"ns\",\"count\":2,\"sum\":30,\"min\":10,\"mean\":15.0,\"p50\":10,\"p90\":20,"
                        + "\"p99\":20,\"p999\":20,\"max\":20,\"lost\":null},"
                        + "{\"key\":\"b\",\"unit\":\"ns\",\"count\":1,\"sum\":30,\"min\":30,\"mean\":30.0,\"p50\":30,\"p90\":30,"
                        + "\"p99\":30,\"p999\":30,\"max\":30,\"lost\":null}]}";
        assertThat(LatencyOutputs.json(List.of(table))).isEqualTo(object + "\n");
        assertThat(LatencyOutputs.json(List.of(table, table))).isEqualTo("[" + object + "," + object + "]\n");
        assertThat(LatencyOutputs.json(List.of())).isEqualTo("[]\n");
    }

    private static LatencyTable numbers() {
        LatencyTable table = new LatencyTable("syscall:read", "retval");
        table.add("arg0=7", LatencySamples.of(4096, 4096, 17));
        table.add("arg0=9", LatencySamples.of(2));
        table.addNegative(5);
        return table;
    }

    @Test
    void shouldShowNumbersAsWhatTheyAre() {
        assertThat(text(20, 90, true, numbers()))
                .startsWith("""
                        probe/key               count     mean    p50    p90    p99  p99.9    max    sum
                        retval of syscall:read      4  2,052.8     17  4,096  4,096  4,096  4,096  8,211
                          arg0=7                    3  2,736.3  4,096  4,096  4,096  4,096  4,096  8,209
                          arg0=9                    1        2      2      2      2      2      2      2

                        retval of syscall:read
                              2 ..     4  ##""")
                .contains("\n  1,024 .. 2,048  ")
                .endsWith("\n  5 negative, left out\n");
    }

    @Test
    void shouldSayInJsonThatNumbersAreNoTimes() {
        assertThat(LatencyOutputs.json(List.of(numbers())))
                .startsWith(
                        "{\"probe\":\"syscall:read\",\"value\":\"retval\",\"unit\":\"number\",\"count\":4,\"sum\":8211,\"min\":2,")
                .contains(
                        "\"lost\":0,\"negative\":5,\"keys\":[{\"key\":\"arg0=7\",\"value\":\"retval\",\"unit\":\"number\",\"count\":3,")
                .endsWith("\"lost\":0}]}\n");
    }

    @Test
    void shouldSayInALogThatNumbersAreNoTimes() throws IOException {
        Path file = directory.resolve("numbers.hlog");
        LatencyOutputs.write(List.of(numbers()), Samples.info(), file);
        assertThat(Files.readString(file))
                .contains(
                        "#[Values of syscall:read are no times, but its retval, and Interval_Max is; 5 negative ones are left out]")
                .contains("Tag=syscall:read;arg0=9,0.000,10.000,2.000,");
        assertThat(histograms(Files.readAllBytes(file)).get(0).getMaxValue()).isBetween(4096L, 4099L);
    }

    @Test
    void shouldEscapeNamesInJson() {
        assertThat(LatencyOutputs.json(LatencySamples.hostile()))
                .matches(HARMLESS)
                .hasLineCount(1)
                .contains(
                        "{\"probe\":\"line\\u000afeed\\u000d\\u0009tab\\u0000nul\\u001b[31mred\"",
                        "{\"key\":\"quotes \\\" ' ` \\\\ \\\\\\\\ end\"",
                        "{\"key\":\"rocket\\ud83d\\ude80\\ud835\\udd4f\"",
                        "{\"key\":\"lone\\ud800high\\udc00low\"");
    }

    @Test
    void shouldWriteALogThatHdrHistogramReads() throws IOException {
        LatencyTable reads = LatencySamples.reads();
        Path file = directory.resolve("a.hlog");
        LatencyOutputs.write(List.of(reads, small()), Samples.info(), file);
        List<Histogram> histograms = histograms(Files.readAllBytes(file));
        assertThat(histograms.stream().map(Histogram::getTag))
                .startsWith("syscall:read", "syscall:read;/var/lib/app/data.db")
                .endsWith(
                        "java:app.Db.query",
                        "java:app.Db.query;insert",
                        "java:app.Db.query;select",
                        "java:app.Db.query;commit");
        Histogram all = histograms.get(0);
        assertThat(all.getTotalCount()).isEqualTo(reads.all().count());
        assertThat(all.getEndTimeStamp() - all.getStartTimeStamp()).isEqualTo(10_000);
        assertThat(all.getStartTimeStamp()).isEqualTo(Samples.info().start().toEpochMilli());
        for (double percent : new double[] {50, 99, 99.9}) {
            assertThat(all.valuesAreEquivalent(
                            all.getValueAtPercentile(percent), reads.all().percentile(percent)))
                    .isTrue();
        }
        assertThat(all.valuesAreEquivalent(all.getMaxValue(), reads.all().percentile(100)))
                .isTrue();
        assertThat(file).content().contains("#[Lost 17 of syscall:read]", "StartTimestamp");
    }

    @Test
    void shouldWriteTagsThatCannotBreakTheLog() throws IOException {
        Path file = directory.resolve("a.hlog");
        LatencyOutputs.write(LatencySamples.hostile(), Samples.hostileInfo(), file);
        assertThat(file).content().matches("[\\x20-\\x7e\\n]*");
        List<Histogram> histograms = histograms(Files.readAllBytes(file));
        int names = Samples.HOSTILE.size();
        assertThat(histograms)
                .hasSize(names * (names + 1))
                .allMatch(h -> h.getTag().matches("[^ ,]*"));
        assertThat(histograms.stream().map(Histogram::getTag).distinct()).hasSize(names * (names + 1));
        assertThat(histograms.stream().map(Histogram::getTag)).contains("a\\u003bb\\u0020c;<script>alert(1)</script>");
    }

    private static List<Histogram> histograms(byte[] log) {
        List<Histogram> histograms = new ArrayList<>();
        try (HistogramLogReader reader = new HistogramLogReader(new ByteArrayInputStream(log))) {
            while (reader.hasNext()) {
                histograms.add((Histogram) reader.nextIntervalHistogram());
            }
        }
        return histograms;
    }

    @Test
    void shouldKnowFormatsByExtension() {
        assertThat(LatencyOutputs.extensions())
                .allMatch(e -> LatencyOutputs.supports("X" + e.toUpperCase(Locale.ROOT)));
        assertThat(LatencyOutputs.supports("a.jfr")).isFalse();
        assertThatThrownBy(() -> LatencyOutputs.write(List.of(), Samples.info(), directory.resolve("a.svg")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("a.svg: no format is known by this name; use one of .html .hlog .json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.html", "a.hlog", "a.json"})
    void shouldReplaceAnOlderFileOrLeaveIt(String name) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "older report");
        LatencyOutputs.write(List.of(small()), Samples.info(), file);
        assertThat(file)
                .content(StandardCharsets.UTF_8)
                .contains("app.Db.query")
                .doesNotContain("older report");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
        Path full = Files.createSymbolicLink(directory.resolve("full" + name), Path.of("/dev/full"));
        assertThatThrownBy(() -> LatencyOutputs.write(List.of(small()), Samples.info(), full))
                .isInstanceOf(IOException.class)
                .hasMessage(full + ": No space left on device");
    }
}
