package dev.javelin.collector.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTextTest {
    @ParameterizedTest
    @CsvSource({"abc, abc", "aé, aé", "a\u20ac, a\u20ac", "a\uD83D\uDE00, a\uD83D\uDE00", "'', ''"})
    void shouldReadUtf8(String text, String expected) {
        assertThat(TargetText.of(text.getBytes(StandardCharsets.UTF_8), false).text())
                .isEqualTo(expected);
    }

    @Test
    void shouldReadModifiedUtf8() {
        byte[] bytes = {
            'a', (byte) 0xc0, (byte) 0x80, (byte) 0xed, (byte) 0xa0, (byte) 0xbd, (byte) 0xed, (byte) 0xb8, (byte) 0x80
        };

        assertThat(TargetText.of(bytes, false).text()).isEqualTo("a\u0000\uD83D\uDE00");
    }

    @Test
    void shouldMarkWhatIsNoTextAtAll() {
        assertThat(TargetText.of(new byte[] {'a', (byte) 0xff, 'b'}, false).text())
                .isEqualTo("a\ufffdb");
    }

    @Test
    void shouldLeaveOutACharacterThatIsCut() {
        byte[] bytes = {'a', 'b', (byte) 0xc3};

        assertThat(TargetText.of(bytes, true)).isEqualTo(new TargetText("ab", true));
        assertThat(TargetText.of(new byte[] {'a', 'b'}, true)).isEqualTo(new TargetText("ab", true));
    }
}
