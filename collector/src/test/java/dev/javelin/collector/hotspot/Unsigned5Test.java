package dev.javelin.collector.hotspot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Unsigned5Test {
    @Test
    void shouldReadKnownValues() {
        // JDK 17: 0 to 191 in one byte; 192 is the first in two
        assertThat(read(false, 0)).isZero();
        assertThat(read(false, 191)).isEqualTo(191);
        assertThat(read(false, 192, 0)).isEqualTo(192);
        assertThat(read(false, 193, 2)).isEqualTo(193 + 2 * 64);
        // JDK 25: 1 to 191 stand for 0 to 190
        assertThat(read(true, 1)).isZero();
        assertThat(read(true, 191)).isEqualTo(190);
        assertThat(read(true, 192, 1)).isEqualTo(191);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReadBackEveryInteger(boolean withoutZero) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            int value = random.nextInt() >>> random.nextInt(32);
            byte[] bytes = write(value, withoutZero);
            Unsigned5 in = new Unsigned5(bytes, 0, withoutZero);
            assertThat(in.next()).as("seed %d", seed).isEqualTo(value);
            assertThat(in.position()).as("seed %d", seed).isEqualTo(bytes.length);
            if (withoutZero) {
                assertThat(bytes).doesNotContain(0);
            }
        }
    }

    @Test
    void shouldReadSigns() {
        assertThat(new Unsigned5(new byte[] {7}, 0, false).nextSigned()).isEqualTo(-4);
        assertThat(new Unsigned5(new byte[] {8}, 0, false).nextSigned()).isEqualTo(4);
        assertThat(new Unsigned5(new byte[] {0}, 0, false).nextSigned()).isZero();
    }

    @Test
    void shouldEndWithTheBytes() {
        Unsigned5 in = new Unsigned5(new byte[] {(byte) 200}, 0, false);
        assertThatThrownBy(in::next).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static int read(boolean withoutZero, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return new Unsigned5(bytes, 0, withoutZero).next();
    }

    /** The encoding as its description says: low codes end an integer, high ones carry 6 bits and go on; the fifth byte ends. */
    private static byte[] write(int value, boolean withoutZero) {
        int x = withoutZero ? 1 : 0;
        long low = 192L - x;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long rest = value & 0xffffffffL;
        for (int i = 0; i < 4 && rest >= low; i++) {
            rest -= low;
            out.write((int) (x + low + (rest & 63)));
            rest >>>= 6;
        }
        out.write((int) (x + rest));
        return out.toByteArray();
    }
}
