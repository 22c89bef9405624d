package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogLinearTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 0, 0",
        "1, 1, 1, 1, 1",
        "31, 31, 31, 31, 31",
        "32, 32, 32, 32, 32",
        "63, 63, 63, 63, 63",
        "64, 64, 64, 65, 64",
        "65, 64, 64, 65, 64",
        "127, 95, 126, 127, 126",
        "128, 96, 128, 131, 129",
        "1000000, 509, 999424, 1015807, 1007615",
        "4611686018427387904, 1856, 4611686018427387904, 4755801206503243775, 4683743612465315839",
        "9223372036854775807, 1887, 9079256848778919936, 9223372036854775807, 9151314442816847871",
    })
    void shouldNumberBucketsAsTheKernelDoes(long value, int index, long lowest, long highest, long middle) {
        assertThat(LogLinear.index(value)).isEqualTo(index);
        assertThat(LogLinear.lowest(index)).isEqualTo(lowest);
        assertThat(LogLinear.highest(index)).isEqualTo(highest);
        assertThat(LogLinear.middle(index)).isEqualTo(middle);
    }

    @Test
    void shouldCoverAllValuesWithoutGaps() {
        long next = 0;
        for (int i = 0; i < LogLinear.BUCKETS; i++) {
            assertThat(LogLinear.lowest(i)).isEqualTo(next);
            for (long value : new long[] {LogLinear.lowest(i), LogLinear.middle(i), LogLinear.highest(i)}) {
                assertThat(LogLinear.index(value)).isEqualTo(i);
            }
            next = LogLinear.highest(i) + 1;
        }
        assertThat(next).isEqualTo(Long.MIN_VALUE); // behind the largest value
    }

    @Test
    void shouldBeOffByAtMostOneSixtyFourth() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            long value = random.nextLong() >>> (1 + random.nextInt(62));
            int index = LogLinear.index(value);
            assertThat(value).isBetween(LogLinear.lowest(index), LogLinear.highest(index));
            assertThat(Math.abs(LogLinear.middle(index) - value))
                    .as("%d, seed %d", value, seed)
                    .isLessThanOrEqualTo(value / 64);
        }
    }

    @Test
    void shouldRefuseWhatIsNoBucket() {
        assertThatThrownBy(() -> LogLinear.index(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LogLinear.lowest(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> LogLinear.highest(LogLinear.BUCKETS)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
