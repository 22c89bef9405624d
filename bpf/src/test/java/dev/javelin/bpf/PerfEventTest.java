package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PerfEventTest {
    @Test
    void shouldCountThisTasksClock() {
        try (PerfEvent event = PerfEvent.open(PerfAttr.taskClock(1_000_000_000).userOnly(), 0, -1)) {
            assertThat(event.count()).isZero();
            event.enable();
            while (event.count() == 0) {
                Thread.onSpinWait();
            }
            event.disable();
            long stopped = event.count();
            assertThat(event.count()).isEqualTo(stopped);
            assertThat(event).hasToString("task-clock of task 0");
        } catch (BpfException e) {
            Kernel.skip(e.getMessage());
        }
    }

    @Test
    void shouldOpenHardwareCountersOrSayThatThereAreNone() {
        try (PerfEvent event =
                PerfEvent.open(PerfAttr.named("cycles", 1_000_003).userOnly(), 0, -1)) {
            assertThat(event.fd()).isPositive();
        } catch (BpfException e) {
            assertThat(e.getMessage())
                    .startsWith("perf_event_open cycles of task 0: ")
                    .containsAnyOf("this machine offers no such hardware counter", "CAP_PERFMON");
        }
    }

    @Test
    void shouldNameACpuThatIsNotThere() {
        assertThatThrownBy(() -> PerfEvent.cpuClock(4095, 1_000_000))
                .isInstanceOf(BpfException.class)
                .hasMessageStartingWith("perf_event_open cpu-clock on CPU 4095: ");
    }

    @Test
    void shouldKnowEventsByTheirUsualNames() {
        assertThat(PerfAttr.named("cycles", 7).config()).isZero();
        assertThat(PerfAttr.named("branches", 7).config()).isEqualTo(4);
        assertThat(PerfAttr.named("LLC-load-misses", 7).config()).isEqualTo(0x10002);
        assertThat(PerfAttr.named("page-faults", 7).isHardware()).isFalse();
        assertThat(PerfAttr.named("r01c2", 7))
                .isEqualTo(new PerfAttr("r01c2", PerfAttr.TYPE_RAW, 0x1c2, 7, 0, true, true));
        assertThat(PerfAttr.isKnown("cache-misses")).isTrue();
        assertThat(PerfAttr.isKnown("r1g")).isFalse();
        assertThatThrownBy(() -> PerfAttr.named("cache-mises", 7))
                .hasMessageStartingWith("unknown event cache-mises; known are ")
                .hasMessageContaining(" cache-misses ");
    }

    @Test
    void shouldRefuseSenselessAttributes() {
        assertThatThrownBy(() -> PerfAttr.cpuClock(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PerfAttr.cpuClock(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(PerfAttr.named("cycles", 7).withFrequency(99).period()).isZero();
        assertThat(PerfAttr.named("cycles", 7).withFrequency(99).withPeriod(3).frequency())
                .isZero();
        assertThat(PerfAttr.cpuClock(1).kernelOnly().user()).isFalse();
    }
}
