package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void shouldTakeCountMeanAndEndsFromTheExactFigures() {
        Latencies latencies = new Latencies();
        latencies.addBucket(LogLinear.index(1000), 3);
        latencies.addExact(2, 2003, 1001, 1002);
        latencies.addExact(1, 1007, 1007, 1007);
        latencies.addExact(0, 0, 0, Long.MAX_VALUE);
        assertThat(latencies.count()).isEqualTo(3);
        assertThat(latencies.total()).isEqualTo(3010);
        assertThat(latencies.mean()).isEqualTo(3010 / 3.0);
        assertThat(latencies.min()).isEqualTo(1001);
        assertThat(latencies.max()).isEqualTo(1007);
    }

    @Test
    void shouldKeepPercentilesBetweenSmallestAndLargest() {
        Latencies low = LatencySamples.of(1000, 1000); // in 992 to 1007, middle 999
        assertThat(low.percentile(50)).isEqualTo(1000);
        Latencies high = LatencySamples.of(993, 993);
        assertThat(high.percentile(99)).isEqualTo(993);
    }

    @Test
    void shouldGiveThePercentilesOfTheValues() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long[] values = random.doubles(10_001)
                .mapToLong(d -> (long) Math.exp(d * 28)) // up to about 24 minutes
                .toArray();
        Latencies latencies = LatencySamples.of(values);
        Arrays.sort(values);
        for (double percent : new double[] {0.001, 1, 50, 90, 99, 99.9, 100}) {
            long exact = values[(int) Math.ceil(values.length * percent / 100) - 1];
            assertThat(latencies.percentile(percent))
                    .as("p%s, seed %d", percent, seed)
                    .isCloseTo(exact, within(exact / 64));
        }
        assertThat(latencies.percentile(50)).isLessThanOrEqualTo(latencies.percentile(90));
    }

    /** How small and how large those were that went on before is of no interest any more. */
    @Test
    void shouldKnowEndsOfARestByItsBuckets() {
        Latencies rest = LatencySamples.of(10, 100, 1000, 1001, 5000).minus(LatencySamples.of(10, 100, 5000));
        assertThat(rest.count()).isEqualTo(2);
        assertThat(rest.min()).isEqualTo(992);
        assertThat(rest.max()).isEqualTo(1007);
        assertThat(LatencySamples.of(1001, 1002).minus(new Latencies()).max()).isEqualTo(1002);
    }

    @Test
    void shouldKnowNothingOfNothing() {
        Latencies none = new Latencies();
        assertThat(none.count()).isZero();
        assertThat(none.min()).isZero();
        assertThat(none.max()).isZero();
        assertThat(none.mean()).isZero();
        assertThat(none.percentile(50)).isEqualTo(-1);
        assertThat(none.bins(1)).isEmpty();
        none.addExact(1, 5, 5, 5); // counted, but its bucket was lost
        assertThat(none.percentile(50)).isEqualTo(-1);
    }

    @Test
    void shouldRefuseABucketThatThereIsNot() {
        Latencies latencies = new Latencies();
        assertThatThrownBy(() -> latencies.addBucket(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> latencies.addBucket(LogLinear.BUCKETS, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shouldMakeBinsWithoutGaps() {
        assertThat(LatencySamples.of(5, 7, 40, 40).bins(1))
                .containsExactly(
                        new Latencies.Bin(4, 7, 2),
                        new Latencies.Bin(8, 15, 0),
                        new Latencies.Bin(16, 31, 0),
                        new Latencies.Bin(32, 63, 2));
        assertThat(LatencySamples.of(0, 1, 3).bins(4))
                .containsExactly(
                        new Latencies.Bin(0, 0, 1),
                        new Latencies.Bin(1, 1, 1),
                        new Latencies.Bin(2, 2, 0),
                        new Latencies.Bin(3, 3, 1));
        assertThat(LatencySamples.of(1024, 1300, Long.MAX_VALUE).bins(4))
                .startsWith(new Latencies.Bin(1024, 1279, 1), new Latencies.Bin(1280, 1535, 1))
                .endsWith(new Latencies.Bin(7L << 60, Long.MAX_VALUE, 1));
    }

    @Test
    void shouldBeAnHdrHistogramWithThreeDigits() {
        Latencies latencies = LatencySamples.of(17, 2_500_000, 3_600_000_000_000L, 1L << 62);
        Histogram histogram = latencies.hdrHistogram();
        assertThat(histogram.getTotalCount()).isEqualTo(4);
        assertThat(histogram.getMinNonZeroValue()).isEqualTo(17);
        assertThat(histogram.getCountBetweenValues(2_460_000, 2_540_000)).isEqualTo(1);
        assertThat(histogram.getCountBetweenValues(3_543_750_000_000L, 3_656_250_000_000L))
                .isEqualTo(1);
        assertThat(histogram.valuesAreEquivalent(histogram.getMaxValue(), 1L << 62))
                .isTrue();
    }
}
