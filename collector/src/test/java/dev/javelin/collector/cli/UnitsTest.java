package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
    @ParameterizedTest
    @CsvSource({
        "1ns,1",
        "10us,10000",
        "1.5ms,1500000",
        "2s,2000000000",
        "2m,120000000000",
        "1h,3600000000000",
        "7,7000000000"
    })
    void shouldReadDurations(String text, long nanos) {
        assertThat(Units.nanos(text, "s")).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "10x", "-1s", "1 s", "1.s", "1e3", "10S", "0x10", "١٠s"})
    void shouldRefuseWhatIsNoDuration(String text) {
        assertThatThrownBy(() -> Units.nanos(text, "s"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "' is not a duration");
    }

    @Test
    void shouldRefuseWhatDoesNotFit() {
        assertThatThrownBy(() -> Units.nanos("999999999999h", "s")).hasMessage("'999999999999h' is too large");
    }

    @ParameterizedTest
    @CsvSource({"1000,1000", "500k,500000", "1m,1000000", "1.5g,1500000000"})
    void shouldReadCounts(String text, long count) {
        assertThat(Units.count(text)).isEqualTo(count);
    }

    @Test
    void shouldRefuseDurationsAsCounts() {
        assertThatThrownBy(() -> Units.count("10ms")).hasMessageContaining("not a count of events");
    }

    @ParameterizedTest
    @CsvSource({
        "5,5ns",
        "10000000,10ms",
        "1001001,1.001ms",
        "10101010,10.1ms",
        "90000000000,90s",
        "120000000000,2m",
        "7200000000000,2h",
        "1000000000,1s",
        "2500000000,2.5s"
    })
    void shouldShowDurations(long nanos, String text) {
        assertThat(Units.duration(nanos)).isEqualTo(text);
    }
}
