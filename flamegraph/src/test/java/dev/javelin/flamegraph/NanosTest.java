package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NanosTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 ns",
        "0.25, 0.25 ns",
        "1, 1 ns",
        "1.5, 1.50 ns",
        "12.345, 12.3 ns",
        "999, 999 ns",
        "999.6, 1.00 us",
        "1000, 1.00 us",
        "1234, 1.23 us",
        "12345, 12.3 us",
        "99950, 100 us",
        "999499, 999 us",
        "999500, 1.00 ms",
        "3600000000000, 3600 s",
    })
    void shouldShowThreeDigits(double nanos, String text) {
        assertThat(Nanos.text(nanos)).isEqualTo(text);
    }

    @Test
    void shouldWriteMicroseconds() {
        assertThat(Nanos.unicode(1234L)).isEqualTo("1.23 \u00b5s");
        assertThat(Nanos.text(Long.MAX_VALUE)).isEqualTo("9220000000 s");
    }
}
