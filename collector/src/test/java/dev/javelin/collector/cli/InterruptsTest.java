package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterruptsTest {
    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP"})
    void shouldFinishTheWorkAndEndWithItsStatus(String signal) throws Exception {
        try (JavaChild child = JavaChild.start(Work.class)) {
            Process kill = new ProcessBuilder("kill", "-" + signal, Integer.toString(child.pid())).start();
            assertThat(kill.waitFor()).isZero();

            assertThat(child.lines().lines()).containsExactly("stopping", "finished");
            assertThat(child.process().waitFor()).isEqualTo(7);
        }
    }

    @Test
    void shouldReturnTheStatusOfWorkThatIsNotInterrupted() {
        Interrupts interrupts = new Interrupts(() -> {
            throw new AssertionError("nobody asked to stop");
        });

        assertThat(interrupts.run(() -> 3)).isEqualTo(3);
    }

    /** Works until it is asked to stop, and then takes a moment to finish. */
    static final class Work {
        private Work() {}

        public static void main(String[] args) {
            CountDownLatch stop = new CountDownLatch(1);
            Interrupts interrupts = new Interrupts(() -> {
                System.out.println("stopping");
                stop.countDown();
            });
            System.exit(interrupts.run(() -> {
                System.out.println("ready");
                await(stop);
                System.out.println("finished");
                return 7;
            }));
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
                Thread.sleep(100);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
