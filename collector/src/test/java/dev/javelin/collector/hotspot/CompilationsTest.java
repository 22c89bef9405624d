package dev.javelin.collector.hotspot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class CompilationsTest {
    private static final int SCOPES = 1 << 20;

    @Test
    void shouldTellCompilationsAtOneAddressApart() {
        Compilations compilations = new Compilations();
        compilations.put(64, compilation(7));
        assertThat(compilations.get(64, 7)).isNotNull();
        assertThat(compilations.get(64, 8)).isNull();
        compilations.put(64, compilation(8));
        assertThat(compilations.get(64, 7)).isNull();
        assertThat(compilations.size()).isEqualTo(1);
    }

    @Test
    void shouldDropWhatWasNotAskedForLongest() {
        Compilations compilations = new Compilations();
        for (int i = 1; i <= 100; i++) {
            compilations.put(64L * i, compilation(i));
            assertThat(compilations.get(64, 1)).as("asked for each time").isNotNull();
        }
        assertThat(compilations.size()).isBetween(5, 13);
        assertThat(compilations.get(64 * 100, 100)).isNotNull();
        assertThat(compilations.get(64 * 50, 50)).isNull();
    }

    private static NMethodInfo compilation(int id) {
        return new NMethodInfo(id, 4, 0, 8, new long[0], new byte[SCOPES], ByteBuffer.allocate(0), true);
    }
}
