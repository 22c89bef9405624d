package dev.javelin.collector.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HashIndexTest {
    @Test
    void shouldFindWhatWasPut() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        HashIndex index = new HashIndex();
        Map<Long, Integer> expected = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            long key = random.nextLong();
            if (expected.putIfAbsent(key, i) == null) {
                index.put(key, i);
            }
        }
        expected.forEach(
                (key, id) -> assertThat(index.get(key)).as("seed " + seed).isEqualTo(id));
        assertThat(index.get(random.nextLong())).as("seed " + seed).isEqualTo(-1);
    }

    @Test
    void shouldTakeZeroForAKey() {
        HashIndex index = new HashIndex();
        assertThat(index.get(0)).isEqualTo(-1);
        index.put(0, 7);
        assertThat(index.get(0)).isEqualTo(7);
    }

    @Test
    void shouldStartAnewRatherThanGrowForEver() {
        HashIndex index = new HashIndex();
        Random random = new Random(1);
        for (int i = 0; i < 2_000_000; i++) {
            index.put(random.nextLong(), i);
        }
        index.put(42, 1);
        assertThat(index.get(42)).isEqualTo(1);
    }

    @Test
    void shouldForgetEverythingWhenCleared() {
        HashIndex index = new HashIndex();
        index.put(1, 1);
        index.clear();
        assertThat(index.get(1)).isEqualTo(-1);
    }
}
