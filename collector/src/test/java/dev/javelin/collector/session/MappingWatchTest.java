package dev.javelin.collector.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MappingWatchTest {
    private static final long SECOND = 1_000_000_000L;

    private final MappingWatch watch = new MappingWatch();

    @Test
    void shouldBeDueOnlyWhenAskedFor() {
        assertThat(watch.due(SECOND)).isFalse();
        watch.request();
        assertThat(watch.due(SECOND)).isTrue();
        watch.looked(SECOND, true);
        assertThat(watch.due(2 * SECOND)).isFalse();
    }

    @Test
    void shouldLookLessAndLessOftenInVain() {
        long now = SECOND;
        long pause = 0;
        for (int i = 0; i < 20; i++) {
            watch.request();
            watch.looked(now, false);
            watch.request();
            long before = pause;
            for (pause = 0; !watch.due(now + pause); pause += SECOND / 100) {}
            assertThat(pause).isGreaterThanOrEqualTo(before);
            now += pause;
        }
        assertThat(pause).isBetween(4 * SECOND, 6 * SECOND);
    }

    @Test
    void shouldLookSoonAgainAfterAChange() {
        watch.request();
        watch.looked(SECOND, true);
        watch.request();
        assertThat(watch.due(SECOND + SECOND / 10)).isTrue();
    }
}
