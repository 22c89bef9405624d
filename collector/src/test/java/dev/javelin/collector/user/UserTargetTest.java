package dev.javelin.collector.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserTargetTest {
    @ParameterizedTest
    @CsvSource({"0, 20", "20, 20", "40, 40", "80, 80", "600, 600", "86400, 600"})
    void partsGrowWithTheRecording(int recorded, int next) {
        assertThat(UserTarget.partNanos(Duration.ofSeconds(recorded).toNanos()))
                .isEqualTo(Duration.ofSeconds(next).toNanos());
    }
}
