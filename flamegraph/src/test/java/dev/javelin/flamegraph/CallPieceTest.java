package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.flamegraph.Explanation.Interval;
import dev.javelin.flamegraph.Explanation.SlowCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallPieceTest {
    private static List<CallPiece> pieces(long elapsed, List<Interval> intervals) {
        return CallPiece.of(new SlowCall(0, elapsed, "main", "", "", intervals));
    }

    private static Interval interval(CallPart part, long from, long nanos) {
        return new Interval(part, "", from, nanos, 0);
    }

    @Test
    void shouldKeepIntervalsAsTheyAre() {
        assertThat(pieces(100, List.of(interval(CallPart.PARK, 10, 30), interval(CallPart.SLEEP, 40, 5))))
                .containsExactly(
                        new CallPiece(CallPart.PARK, "", 10, 30, 0, 1), new CallPiece(CallPart.SLEEP, "", 40, 5, 0, 1));
        assertThat(pieces(100, List.of())).isEmpty();
    }

    @Test
    void shouldCutWhatOverlapsOrLiesOutside() {
        assertThat(pieces(
                        100,
                        List.of(
                                interval(CallPart.PARK, -10, 30),
                                interval(CallPart.SLEEP, 10, 20),
                                interval(CallPart.PIPE, 12, 3),
                                interval(CallPart.MONITOR, 90, 50),
                                interval(CallPart.EPOLL, 120, 50))))
                .containsExactly(
                        new CallPiece(CallPart.PARK, "", 0, 20, 0, 1),
                        new CallPiece(CallPart.SLEEP, "", 20, 10, 0, 1),
                        new CallPiece(CallPart.MONITOR, "", 90, 10, 0, 1));
    }

    @Test
    void shouldMergeManyShortIntervalsAndKeepLongOnes() {
        List<Interval> intervals = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            intervals.add(interval(i % 3 == 0 ? CallPart.SOCKET : CallPart.ON_CPU_JAVA, i * 10L, 10));
        }
        intervals.add(interval(CallPart.MONITOR, 500_000, 500_000));
        List<CallPiece> pieces = pieces(1_000_000, intervals);
        assertThat(pieces).hasSizeBetween(490, 510);
        assertThat(pieces.get(pieces.size() - 1))
                .isEqualTo(new CallPiece(CallPart.MONITOR, "", 500_000, 500_000, 0, 1));
        assertThat(pieces.subList(0, pieces.size() - 1)).allMatch(piece -> piece.part() == CallPart.ON_CPU_JAVA);
        assertThat(pieces.stream().mapToInt(CallPiece::intervals).sum()).isEqualTo(50_001);
        assertThat(pieces.stream().mapToLong(CallPiece::nanos).sum()).isEqualTo(1_000_000);
    }
}
