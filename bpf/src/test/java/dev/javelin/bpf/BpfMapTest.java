package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsBpf
class BpfMapTest {
    private BpfObject object;

    @BeforeEach
    void load() {
        object = Kernel.probe();
    }

    @AfterEach
    void close() {
        object.close();
    }

    private static ByteBuffer u64(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
    }

    @Test
    void shouldRoundTripHashEntries() {
        BpfMap map = object.map("hashed");
        ByteBuffer value = u64(0);
        assertThat(map.lookup(u64(1), value)).isFalse();
        map.update(u64(1), u64(11));
        map.update(u64(1), u64(12));
        assertThat(map.lookup(u64(1), value)).isTrue();
        assertThat(value.getLong(0)).isEqualTo(12);
        assertThat(map.delete(u64(1))).isTrue();
        assertThat(map.delete(u64(1))).isFalse();
        assertThat(map.lookup(u64(1), value)).isFalse();
    }

    @Test
    void shouldUseBuffersAtTheirPositionsAndLeaveThose() {
        BpfMap map = object.map("hashed");
        ByteBuffer direct = ByteBuffer.allocateDirect(40).order(ByteOrder.LITTLE_ENDIAN);
        direct.putLong(8, 77).putLong(16, 770);
        map.update(direct.duplicate().position(8), direct.duplicate().position(16));
        ByteBuffer out = direct.position(24);
        assertThat(map.lookup(u64(77), out)).isTrue();
        assertThat(out.position()).isEqualTo(24);
        assertThat(direct.getLong(24)).isEqualTo(770);
    }

    @Test
    void shouldWalkKeys() {
        BpfMap map = object.map("hashed");
        Set<Long> expected = new HashSet<>();
        for (long key = 1; key <= 37; key++) {
            map.update(u64(key), u64(key));
            expected.add(key);
        }
        Set<Long> found = new HashSet<>();
        ByteBuffer next = u64(0);
        ByteBuffer key = null;
        while (map.nextKey(key, next)) {
            assertThat(found.add(next.getLong(0))).isTrue();
            key = u64(next.getLong(0));
        }
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void shouldReportAFullMap() {
        BpfMap map = object.map("hashed");
        assertThatThrownBy(() -> {
                    for (long key = 0; key < 65; key++) {
                        map.update(u64(key), u64(key));
                    }
                })
                .isInstanceOf(BpfException.class)
                .hasMessage("update hashed: E2BIG (7): Argument list too long");
    }

    @Test
    void shouldShareMappedArrayWithTheKernel() {
        BpfMap map = object.map("shared");
        ByteBuffer mapped = map.mmap();
        assertThat(mapped.capacity()).isGreaterThanOrEqualTo(16 * 8);
        assertThat(mapped.limit()).isEqualTo(16 * 8);
        mapped.putLong(3 * 8, 333);
        ByteBuffer value = u64(0);
        assertThat(map.lookupInt(3, value)).isTrue();
        assertThat(value.getLong(0)).isEqualTo(333);
        map.updateInt(4, u64(444));
        assertThat(mapped.getLong(4 * 8)).isEqualTo(444);
    }

    @Test
    void shouldLeaveHarmlessPagesBehindOnClose() {
        ByteBuffer mapped = object.map("shared").mmap();
        mapped.putLong(0, 1);
        object.close();
        assertThat(mapped.getLong(0)).isZero();
        mapped.putLong(0, 2);
        assertThatThrownBy(() -> object.map("shared")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldUpdateRanges() {
        BpfMap map = object.map("shared");
        ByteBuffer values = ByteBuffer.allocate(13 * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 13; i++) {
            values.putLong(i * 8, 100 + i);
        }
        map.updateRange(3, values);
        ByteBuffer mapped = map.mmap();
        assertThat(mapped.getLong(2 * 8)).isZero();
        for (int i = 0; i < 13; i++) {
            assertThat(mapped.getLong((3 + i) * 8)).isEqualTo(100 + i);
        }
        assertThatThrownBy(() -> map.updateRange(4, values))
                .hasMessage("13 values from 4 on do not fit into array shared of 16");
    }

    @Test
    void shouldSumOverCpus() {
        BpfMap map = object.map("counters");
        assertThat(map.lookupSize()).isEqualTo(8 * Cpus.possible());
        ByteBuffer values = ByteBuffer.allocate(map.lookupSize()).order(ByteOrder.LITTLE_ENDIAN);
        long expected = 0;
        for (int cpu = 0; cpu < Cpus.possible(); cpu++) {
            values.putLong(cpu * 8, 1000 + cpu);
            expected += 1000 + cpu;
        }
        map.updateInt(3, values);
        assertThat(map.sumPerCpu(3)).isEqualTo(expected);
        assertThat(map.sumPerCpu(0)).isZero();
        assertThatThrownBy(() -> object.map("shared").sumPerCpu(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> map.sumPerCpu(4))
                .hasMessage("look up in counters: ENOENT (2): No such file or directory");
    }

    @Test
    void shouldRefuseIntKeysOnOtherMaps() {
        assertThatThrownBy(() -> object.map("hashed").updateInt(1, u64(1)))
                .hasMessage("keys of map hashed have 8 bytes, not 4");
    }
}
