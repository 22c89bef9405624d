package dev.javelin.collector.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.walker.CallWait;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MonitorHoldersTest {
    private static final long ORDERS = 0x1000;
    private static final long STOCK = 0x2000;
    private static final int HOG = 1;
    private static final int FIRST = 2;
    private static final int SECOND = 3;
    private static final int THIRD = 4;

    /** Wakers' ids are a hundred times their threads'; 999 is an interrupt. */
    private final MonitorHolders holders = new MonitorHolders(
            id -> Map.of(100L, HOG, 200L, FIRST, 300L, SECOND).get(id));

    private static CallWait wait(long from, long woken, long to, long waker, long type) {
        return new CallWait(7, 8, to, 3, 9, 1, to - from, woken, 5, waker, 202, 0, type, false, "");
    }

    private List<String> pieces(CallWait wait, int thread) {
        return holders.pieces(wait, thread, wait.objectClass()).stream()
                .map(piece -> piece.endNanos() - piece.nanos() + "-" + piece.endNanos() + " by " + piece.waker())
                .toList();
    }

    @Test
    void shouldDivideAWaitAmongThoseWhoHandTheMonitorOn() {
        assertThat(pieces(wait(0, 1_000, 1_010, 100, ORDERS), FIRST)).containsExactly("0-1010 by 100");
        assertThat(pieces(wait(100, 1_020, 1_030, 200, ORDERS), SECOND))
                .containsExactly("100-1000 by 100", "1000-1030 by 200");
        assertThat(pieces(wait(200, 1_040, 1_050, 300, ORDERS), THIRD))
                .containsExactly("200-1000 by 100", "1000-1020 by 200", "1020-1050 by 300");
    }

    @Test
    void shouldKeepWhenTheLastPieceWasWoken() {
        holders.pieces(wait(0, 1_000, 1_010, 100, ORDERS), FIRST, ORDERS);
        assertThat(holders.pieces(wait(100, 1_020, 1_030, 200, ORDERS), SECOND, ORDERS))
                .extracting(CallWait::wokenNanos)
                .containsExactly(0L, 1_020L);
    }

    @Test
    void shouldTakeWhoLetItInWhereNothingElseIsKnown() {
        holders.pieces(wait(0, 1_000, 1_010, 100, ORDERS), FIRST, ORDERS);
        assertThat(pieces(wait(100, 1_020, 1_030, 999, ORDERS), SECOND)).containsExactly("100-1030 by 999");
        assertThat(pieces(wait(100, 1_020, 1_030, 200, STOCK), SECOND)).containsExactly("100-1030 by 200");
        assertThat(holders.pieces(wait(100, 1_020, 1_030, 200, 0), SECOND, 0)).hasSize(1);
        assertThat(pieces(wait(1_005, 1_020, 1_030, 200, ORDERS), THIRD)).containsExactly("1005-1030 by 200");
    }

    @Test
    void shouldAddUpHoweverOftenItIsHandedOn() {
        holders.pieces(wait(0, 10, 11, 100, ORDERS), FIRST, ORDERS);
        int thread = SECOND;
        for (int i = 1; i < 1_000; i++) {
            List<CallWait> pieces = holders.pieces(
                    wait(0, 10L * (i + 1), 10L * (i + 1) + 1, thread == SECOND ? 200 : 300, ORDERS), thread, ORDERS);
            assertThat(pieces.stream().mapToLong(CallWait::nanos).sum()).isEqualTo(10L * (i + 1) + 1);
            assertThat(pieces).hasSizeLessThanOrEqualTo(65);
            thread = thread == SECOND ? FIRST : SECOND;
        }
    }
}
