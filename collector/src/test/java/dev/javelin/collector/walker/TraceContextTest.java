package dev.javelin.collector.walker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceContextTest {
    @ParameterizedTest
    @CsvSource({
        "4bf92f3577b34da6a3ce929d0e0e4736, 00f067aa0ba902b7, true",
        "0000000000000000a3ce929d0e0e4736, 80f067aa0ba902b7, true",
        "4bf92f3577b34da60000000000000000, 0000000000000001, true",
        "00000000000000000000000000000000, 00f067aa0ba902b7, false",
        "4bf92f3577b34da6a3ce929d0e0e4736, 0000000000000000, false"
    })
    void shouldShowTheBytesInTheirOrder(String trace, String span, boolean shown) {
        ByteBuffer record = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        record.put(8, HexFormat.of().parseHex(trace + span));
        TraceContext read = TraceContext.read(record, 8);

        assertThat(read.traceId()).isEqualTo(shown ? trace : "");
        assertThat(read.spanId()).isEqualTo(shown ? span : "");
    }
}
