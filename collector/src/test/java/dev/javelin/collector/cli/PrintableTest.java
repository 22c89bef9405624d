package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void shouldKeepOrdinaryText() {
        assertThat(Printable.of("Zoë 東京 😀 <b>\"'")).isEqualTo("Zoë 東京 😀 <b>\"'");
    }

    @Test
    void shouldEscapeWhatControlsTheTerminal() {
        assertThat(Printable.of("a\u001b[2J\n\r\t\u0007\u009b\u007f"))
                .isEqualTo("a\\u001b[2J\\u000a\\u000d\\u0009\\u0007\\u009b\\u007f");
    }

    @Test
    void shouldEscapeWhatReordersOrBreaksLines() {
        assertThat(Printable.of("x\u202ey\u2028z\u2066")).isEqualTo("x\\u202ey\\u2028z\\u2066");
    }

    @Test
    void shouldEscapeHalvesOfPairs() {
        assertThat(Printable.of("\ud83d!\ude00")).isEqualTo("\\ud83d!\\ude00");
    }
}
