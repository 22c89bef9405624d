package dev.javelin.collector.hotspot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and line numbers as they are in memory. */
class MethodTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"", "plain", "gr\u00fc\u00dfe", "\u540d\u524d", "\ud83d\ude00", "nul\0inside", "<script>;\n"})
    void shouldDecodeModifiedUtf8(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new DataOutputStream(out).writeUTF(text);
        ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray());
        assertThat(SymbolText.decode(bytes, 2, bytes.limit() - 2)).isEqualTo(text);
    }

    @Test
    void shouldRefuseOtherBytes() {
        for (byte[] bad : new byte[][] {{(byte) 0xff}, {0}, {(byte) 0xc3}, {(byte) 0xe2, 'a', 'b'}, {(byte) 0x80}}) {
            assertThat(SymbolText.decode(ByteBuffer.wrap(bad), 0, bad.length)).isNull();
        }
    }

    @Test
    void shouldShowHiddenClassesAsJavaDoes() {
        assertThat(MethodNames.readable("a/B$$Lambda+0x00007f0012345678")).isEqualTo("a/B$$Lambda/0x00007f0012345678");
        assertThat(MethodNames.readable("a/B+C")).isEqualTo("a/B+C");
    }

    @Test
    void shouldTellNamesFromGarbage() {
        assertThat(MethodNames.plausible("a/B", "<init>", "()V")).isTrue();
        assertThat(MethodNames.plausible("B", "m;", "()V")).isFalse();
        assertThat(MethodNames.plausible("B", "", "()V")).isFalse();
        assertThat(MethodNames.plausible("B", "m", "I")).isFalse();
        assertThat(MethodNames.plausible(null, "m", "()V")).isFalse();
        assertThat(MethodNames.plausible("", "m", "()V")).isFalse();
    }

    @Test
    void shouldReadLineNumbers() {
        // +0 line +7, +3 line +2, then in the long form +40 line -5 (signs in the lowest bit), end, and what follows
        byte[] bytes = {7, 3 << 3 | 2, (byte) 0xff, 80, 9, 0, 77, 77};
        LineTable table = LineTable.cut(bytes, false);
        assertThat(table.line(0)).isEqualTo(7);
        assertThat(table.line(2)).isEqualTo(7);
        assertThat(table.line(3)).isEqualTo(9);
        assertThat(table.line(42)).isEqualTo(9);
        assertThat(table.line(43)).isEqualTo(4);
        assertThat(table.line(60_000)).isEqualTo(4);
    }

    @Test
    void shouldTakeATableWithoutEndForNone() {
        assertThat(LineTable.cut(new byte[] {7, 8, 9}, false).line(3)).isZero();
        assertThat(LineTable.NONE.line(0)).isZero();
    }

    @Test
    void shouldReadNestedLinkageNames() {
        assertThat(LibjvmStatics.lastComponent("_ZN12StubRoutines10_cont_thawE"))
                .isEqualTo("cont_thaw");
        assertThat(LibjvmStatics.lastComponent("_ZN12StubRoutines3x8621_method_entry_barrierE"))
                .isEqualTo("method_entry_barrier");
        assertThat(LibjvmStatics.lastComponent("_ZN12StubRoutines99_shortE")).isNull();
        assertThat(LibjvmStatics.lastComponent("_ZZN12StubRoutines4nameE")).isNull();
        assertThat(LibjvmStatics.vtable("nmethod")).isEqualTo("_ZTV7nmethod");
    }
}
