package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilePatternTest {
    private final FilePattern patterns =
            new FilePattern("1234", LocalDateTime.of(2026, 1, 2, 3, 4, 5), Map.of("HOST", "web1"));

    @ParameterizedTest
    @CsvSource({
        "cpu.html,cpu.html",
        "cpu-%p.html,cpu-1234.html",
        "%t.jfr,20260102-030405.jfr",
        "%{HOST}-%p.jfr,web1-1234.jfr",
        "100%%.html,100%.html",
        "%n.html,1.html",
        "%p-%n{3}.html,1234-1.html"
    })
    void shouldExpand(String pattern, String name) {
        assertThat(patterns.expand(pattern, n -> -1)).isEqualTo(name);
    }

    @Test
    void shouldTakeTheFirstNumberThatIsFree() {
        Map<String, Long> files = Map.of("a-1.html", 10L, "a-2.html", 20L);

        assertThat(patterns.expand("a-%n.html", n -> files.getOrDefault(n, -1L)))
                .isEqualTo("a-3.html");
    }

    @Test
    void shouldTakeTheOldestFileWhenAllNumbersAreUsed() {
        Map<String, Long> files = Map.of("a-1.html", 30L, "a-2.html", 20L, "a-3.html", 40L);

        assertThat(patterns.expand("a-%n{3}.html", n -> files.getOrDefault(n, -1L)))
                .isEqualTo("a-2.html");
    }

    @ParameterizedTest
    @CsvSource({
        "%x.html,unknown pattern '%x'",
        "a.html%,unknown pattern '%'",
        "%{NONE}.html,no environment variable",
        "%{HOST.html,no environment variable",
        "%n{0}.html,a number from 1",
        "%n{x}.html,a number from 1"
    })
    void shouldRefuse(String pattern, String message) {
        assertThatThrownBy(() -> patterns.expand(pattern, n -> -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
