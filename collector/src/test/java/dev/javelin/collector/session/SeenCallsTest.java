package dev.javelin.collector.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.walker.CallId;
import dev.javelin.flamegraph.CallPart;
import dev.javelin.flamegraph.Explanation;
import org.junit.jupiter.api.Test;

class SeenCallsTest {
    private static final int SLOTS = 1 << 16;

    private final SeenCalls calls = new SeenCalls();

    private static long call(int slot, long number) {
        return CallId.ofVirtual(slot, number);
    }

    private void fill(int slot, long number, int times) {
        SeenCalls.Call call = calls.of(call(slot, number));
        for (int i = 0; i < times; i++) {
            call.interval(new Explanation.Interval(CallPart.PARK, "", i, 1, 0));
            call.sample(new SeenCalls.Sample(i, 0));
        }
    }

    private static long[] ended(int slot, long number) {
        long[] ended = new long[SLOTS];
        ended[slot] = number;
        return ended;
    }

    @Test
    void keepsTheLastCallOfASlotAndTheOneBefore() {
        fill(7, 1, 10);
        fill(7, 2, 10);
        assertThat(calls.of(call(7, 1)).samples).hasSize(10);
        assertThat(calls.isUnseen(call(7, 2))).isFalse();
        assertThat(calls.isUnseen(call(7, 3))).isTrue();
        fill(7, 3, 10);
        assertThat(calls.kept()).isEqualTo(40);
        fill(7, 1, 10); // too late: it is not known any more
        assertThat(calls.kept()).isEqualTo(40);
    }

    /** As when thousands of virtual threads wait again and again. */
    @Test
    void keepsNoMoreThanThereIsRoomFor() {
        for (int slot = 0; slot < 1_000; slot++) {
            fill(slot, 1, 2_500);
        }
        assertThat(calls.kept()).isEqualTo(SeenCalls.MOST);
        assertThat(calls.isComplete()).isFalse();
    }

    @Test
    void hasRoomAgainForCallsThatComeLater() {
        for (int number = 1; number <= 1_000; number++) {
            for (int slot = 0; slot < 3; slot++) {
                fill(slot, number, 2_000);
            }
        }
        assertThat(calls.isComplete()).isTrue();
    }

    @Test
    void forgetsWhatHasEnded() {
        fill(7, 4, 10);
        fill(7, 5, 10);
        fill(8, 5, 10);
        calls.forgetEnded(ended(7, 4));
        assertThat(calls.kept()).isEqualTo(60);
        calls.forgetEnded(ended(7, 5));
        assertThat(calls.kept()).isEqualTo(20);
        assertThat(calls.isUnseen(call(7, 5))).isTrue();
        assertThat(calls.isUnseen(call(8, 5))).isFalse();
    }
}
