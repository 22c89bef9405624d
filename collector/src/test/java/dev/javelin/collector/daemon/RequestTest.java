package dev.javelin.collector.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestTest {
    private static final Request REQUEST =
            new Request(1234, 567_890, ".html", "javelin record -t 1234", List.of("--threads", "--title=Ä \u20ac"));

    @Test
    void shouldComeAsItWasSent() throws Exception {
        assertThat(Request.decode(REQUEST.encoded())).isEqualTo(REQUEST);
    }

    @Test
    void shouldBeNoneWithoutItsEnd() {
        byte[] whole = REQUEST.encoded();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            if (!isEndOfAnOption(whole, length)) {
                assertThatThrownBy(() -> Request.decode(part))
                        .as("after " + part.length + " bytes")
                        .isInstanceOf(Frames.MalformedException.class);
            }
        }
    }

    private static boolean isEndOfAnOption(byte[] whole, int length) {
        int last = 2 + "--title=\u00c4 \u20ac".getBytes(StandardCharsets.UTF_8).length;
        int before = 2 + "--threads".length();
        return length == whole.length - last || length == whole.length - last - before;
    }

    @Test
    void shouldRefuseWhatNoArgumentCanBe() {
        byte[] zero = new Request(1, 1, ".jfr", "x", List.of("a\0b")).encoded();
        assertThatThrownBy(() -> Request.decode(zero)).isInstanceOf(Frames.MalformedException.class);
        byte[] noText = REQUEST.encoded();
        noText[noText.length - 1] = (byte) 0xff;
        assertThatThrownBy(() -> Request.decode(noText)).isInstanceOf(Frames.MalformedException.class);
    }

    @Test
    void shouldNameTheVersions() {
        byte[] newer = REQUEST.encoded();
        newer[0] = 9;
        assertThatThrownBy(() -> Request.decode(newer))
                .hasMessageContaining("version 9")
                .hasMessageContaining("same Javelin");
    }
}
