package dev.javelin.collector.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleTest {
    @ParameterizedTest
    @CsvSource({"1,1", "7,1", "1000,999", "3,1000003", "12345,12345678901"})
    void thePartsAddUpToTheWholeAndKeepTheirShares(long parts, long whole) {
        long from = LongStream.rangeClosed(1, parts).sum();
        Scale scale = new Scale(from, whole);
        long sum = 0;
        for (long part = 1; part <= parts; part++) {
            long scaled = scale.of(part);
            assertThat((double) scaled).isBetween((double) part * whole / from - 1, (double) part * whole / from + 1);
            sum += scaled;
        }
        assertThat(sum).isEqualTo(whole);
    }
}
