package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.bpf.TerminalSize;
import dev.javelin.flamegraph.Latencies;
import dev.javelin.flamegraph.LatencyTable;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyScreenTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void shouldReplaceWhatItShowedBefore() {
        LatencyScreen screen = screen(80, 24);
        screen.latencies(tables(), Duration.ofSeconds(1));
        String first = taken();
        screen.latencies(tables(), Duration.ofSeconds(2));
        String second = taken();
        screen.clear();

        long lines = first.lines().count() - 1;
        assertThat(first).contains("syscall:fsync", "1 s of 10s (Ctrl-C").doesNotContain("\u001b[" + lines + "A");
        assertThat(second)
                .startsWith("\r\u001b[" + lines + "A")
                .contains("2 s of 10s")
                .endsWith("\u001b[J");
        assertThat(taken()).startsWith("\r\u001b[" + lines + "A").endsWith("\r\u001b[" + lines + "A");
    }

    /** The table has 3 lines, and each of the two histograms a blank one, a heading, and one bin. */
    @ParameterizedTest
    @CsvSource({"24, 9", "11, 9", "10, 6", "8, 6", "7, 3", "5, 3", "4, 2", "3, 1", "1, 1"})
    void shouldShowWholePartsAndNeverMoreThanThereIsRoomFor(int rows, int lines) {
        screen(80, rows).latencies(List.of(table("a"), table("b")), Duration.ofSeconds(1));

        assertThat(taken().chars().filter(c -> c == '\n').count()).isEqualTo(lines + 1);
    }

    @Test
    void shouldCutLinesThatWouldBeWrapped() {
        screen(20, 24).latencies(tables(), Duration.ofSeconds(1));

        assertThat(taken().replaceAll("\u001b\\[\\w", "").lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(20));
    }

    private LatencyScreen screen(int columns, int rows) {
        TerminalSize size = new TerminalSize(columns, rows);
        PrintStream stream = new PrintStream(out, false, StandardCharsets.UTF_8);
        return new LatencyScreen(stream, () -> size, 5, Duration.ofSeconds(10));
    }

    private static List<LatencyTable> tables() {
        return List.of(table("syscall:fsync"));
    }

    private static LatencyTable table(String name) {
        LatencyTable table = new LatencyTable(name);
        Latencies latencies = new Latencies();
        latencies.addBucket(17, 3);
        latencies.addExact(3, 51, 17, 17);
        table.add(null, latencies);
        return table;
    }

    private String taken() {
        String text = out.toString(StandardCharsets.UTF_8);
        out.reset();
        return text;
    }
}
