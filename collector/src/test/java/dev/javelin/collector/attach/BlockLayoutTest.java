package dev.javelin.collector.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockLayoutTest {
    private static List<String> line(String text) {
        return Arrays.asList(text.split(" ", -1));
    }

    @Test
    void readsWhatTheAgentSays() {
        BlockLayout layout = BlockLayout.of(line("layout 140000000000000 65536 4 128 15232 128 1888 16 32 12 16"));
        assertThat(layout.slots()).isEqualTo(140_000_000_000_000L);
        assertThat(layout.blockBytes()).isEqualTo(128 + 4 * 15232);
    }

    @Test
    void readsACount() {
        BlockLayout layout = BlockLayout.of(line("layout 140000000000000 65536 4 128 15232 128 1888 16 32 12 16"));
        ByteBuffer block = ByteBuffer.allocate(layout.blockBytes())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(56, 3)
                .putLong(128, 700)
                .putLong(128 + 128 + 8 * 7, 100);
        assertThat(layout.slotless(block)).isEqualTo(3);
        assertThat(layout.latencies(block).count()).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "layout",
                "probe 140000000000000 65536 4 128 15232 128 1888 16 32 12 16",
                "layout 140000000000000 65536 4 128 15232 128 1888 16 32 12",
                "layout 140000000000000 65536 4 128 15232 128 1888 16 x 12 16",
                "layout 0 65536 4 128 15232 128 1888 16 32 12 16",
                "layout -128 65536 4 128 15232 128 1888 16 32 12 16",
                "layout 140000000000001 65536 4 128 15232 128 1888 16 32 12 16",
                "layout 140737488355200 65536 4 128 15232 128 1888 16 32 12 16",
                "layout 140000000000000 65535 4 128 15232 128 1888 16 32 12 16",
                "layout 140000000000000 2147483647 4 128 15232 128 1888 16 32 12 16",
                "layout 140000000000000 65536 0 128 15232 128 1888 16 32 12 16",
                "layout 140000000000000 65536 2147483647 128 15232 128 1888 16 32 12 16",
                "layout 140000000000000 65536 4 56 15232 128 1888 16 32 12 16",
                "layout 140000000000000 65536 4 -8 15232 128 1888 16 32 12 16",
                "layout 140000000000000 65536 4 128 15231 128 1888 16 32 12 16",
                "layout 140000000000000 65536 4 128 2147483647 128 1888 16 32 12 16",
                "layout 140000000000000 65536 4 128 -2147483648 128 1888 16 32 12 16",
                "layout 140000000000000 65536 4 128 15232 8 1888 16 32 12 16",
                "layout 140000000000000 65536 4 128 15232 128 1887 16 32 12 16",
                "layout 140000000000000 65536 4 128 15232 128 1888 0 32 12 16",
                "layout 140000000000000 65536 4 128 15232 128 1888 16 99999 12 16",
                "layout 140000000000000 65536 4 128 15232 128 1888 16 32 -1 16",
                "layout 140000000000000 65536 4 128 15232 128 1888 16 32 12 99999"
            })
    void refusesWhatNoAgentSays(String text) {
        assertThatThrownBy(() -> BlockLayout.of(line(text))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsWhereAProbeIs() {
        assertThat(Placed.of(line("probe 0 31 140000000000000 1 2 3 4 5 6 7 8")))
                .isEqualTo(new Placed(31, 140_000_000_000_000L, 1, 2, 3, 4, 5, 6, 7, 8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "probe 0 31 140000000000000 1 2 3 4 5 6 7",
                "probe 0 32 140000000000000 1 2 3 4 5 6 7 8",
                "probe 0 -1 140000000000000 1 2 3 4 5 6 7 8",
                "probe 0 31 0 1 2 3 4 5 6 7 8",
                "probe 0 31 -4096 1 2 3 4 5 6 7 8",
                "probe 0 31 140000000000000 1 2 3 4 5 6 7 many"
            })
    void refusesImpossibleProbes(String text) {
        assertThatThrownBy(() -> Placed.of(line(text))).isInstanceOf(IllegalArgumentException.class);
    }
}
