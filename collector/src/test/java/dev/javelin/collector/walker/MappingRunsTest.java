package dev.javelin.collector.walker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.walker.MappingRuns.Run;
import org.junit.jupiter.api.Test;

class MappingRunsTest {
    @Test
    void shouldGiveRunsThatDoNotOverlap() {
        MappingRuns runs = new MappingRuns(256);
        Run first = runs.allocate(10);
        Run second = runs.allocate(70);
        assertThat(first.size()).isGreaterThanOrEqualTo(10);
        assertThat(second.first()).isGreaterThanOrEqualTo(first.first() + first.size());
    }

    @Test
    void shouldSayWhenThereIsNoRoom() {
        MappingRuns runs = new MappingRuns(128);
        assertThat(runs.allocate(128)).isNotNull();
        assertThat(runs.allocate(1)).isNull();
    }

    @Test
    void shouldNotReuseARunAtOnce() {
        MappingRuns runs = new MappingRuns(4096);
        Run left = runs.allocate(1);
        runs.release(left);
        assertThat(runs.allocate(1).first()).isNotEqualTo(left.first());
    }

    @Test
    void shouldReuseRunsInTheEnd() {
        MappingRuns runs = new MappingRuns(1024);
        Run current = runs.allocate(60);
        for (int i = 0; i < 1000; i++) {
            Run next = runs.allocate(60);
            assertThat(next).as("allocation " + i).isNotNull();
            runs.release(current);
            current = next;
        }
    }
}
