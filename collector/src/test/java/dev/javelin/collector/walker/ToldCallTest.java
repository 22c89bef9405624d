package dev.javelin.collector.walker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToldCallTest {
    @ParameterizedTest
    @CsvSource({"'', ''", "worker-1, worker-1", "Größe, Größe", "工作者, 工作者"})
    void shouldReadNamesInBothCodings(String name, String read) {
        boolean latin = StandardCharsets.ISO_8859_1.newEncoder().canEncode(name);
        Charset coding = latin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_16LE;
        byte[] bytes = name.getBytes(coding);
        ByteBuffer record = ByteBuffer.allocate(124).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(4 + 56, latin ? bytes.length : -bytes.length).put(4 + 64, bytes);

        assertThat(ToldCall.read(record, 4).name()).isEqualTo(read);
    }
}
