package dev.javelin.collector.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.session.JavelinException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void theFirstAreToldAndHowManyMore() {
        Failures failures = new Failures();
        for (int i = 0; i < Failures.MOST; i++) {
            failures.add(JavelinException.failed("failure " + i));
        }
        assertThat(failures.told(7))
                .extracting(Throwable::getMessage)
                .containsExactly("failure 0", "failure 1", "failure 2", "failure 3", "failure 4");
        for (int i = 0; i < 1_000; i++) {
            failures.add(JavelinException.failed("another"));
        }
        assertThat(failures.told(7))
                .hasSize(Failures.MOST + 1)
                .last()
                .extracting(Throwable::getMessage)
                .isEqualTo("process 7: 1000 more of such failures");
    }
}
