package dev.javelin.collector.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallTimesTest {
    private static final long MILLIS = 1_000_000;

    /** In milliseconds, with a sample every 5. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "-3, 0, 0",
        "15, 0, 15", // too little to be sampled for sure
        "25, 0, 0",
        "1000, 200, 1000",
        "1000, 170, 1000", // chance, and a host that takes time
        "1000, 1000, 1000", // other time is
        "2000, 200, 1000",
        "60000, 100, 500"
    })
    void whatIsLeftIsTimeOnTheCpuAsFarAsItWasSampled(long left, long samples, long cpu) {
        assertThat(CallTimes.plausible(left * MILLIS, samples, 5 * MILLIS)).isEqualTo(cpu * MILLIS);
    }
}
