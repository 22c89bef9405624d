package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterTest {
    @ParameterizedTest
    @CsvSource({
        "NUMBER, 4096, 4096",
        "NUMBER, -11, -11",
        "NUMBER, 0x10000000000, 0x10000000000",
        "NUMBER, -0x10000000000, 0xffffff0000000000",
        "INT, 0xffffffff, -1",
        "UNSIGNED, 0xffffffff, 4294967295",
        "UNSIGNED, 0x700000001, 1",
        "OCTAL, 0x1ff, 0777",
        "OCTAL, 0, 0",
        "HEX, 64, 0x40",
        "HEX, 0, 0",
        "HEX, -1, 0xffffffffffffffff",
    })
    void shouldWriteValuesByTheirForm(Parameter.Form form, String value, String text) {
        assertThat(new Parameter(0, null, form).text(Long.decode(value))).isEqualTo(text);
        assertThat(new Parameter(0, "x", form).text(Long.decode(value))).isEqualTo("x=" + text);
    }

    @Test
    void shouldKnowTheArgumentsOfEveryCallThatIsListed() {
        Map<String, Integer> calls = SyscallNames.all();

        assertThat(SyscallArguments.of(calls.get("pwrite64")))
                .extracting(Parameter::name)
                .containsExactly("fd", "buf", "count", "pos");
        assertThat(SyscallArguments.of(calls.get("sched_yield"))).isEmpty();
        assertThat(SyscallArguments.of(9999)).hasSize(6).allMatch(parameter -> parameter.name() == null);
        assertThat(calls.values())
                .allSatisfy(number -> assertThat(SyscallArguments.of(number)).hasSizeLessThanOrEqualTo(6));
    }

    @Test
    void shouldKnowTheArgumentsOfHotSpotsProbes() {
        assertThat(HotSpotProbes.of("hotspot", "method__entry"))
                .extracting(parameter -> parameter.index() + " " + parameter.name() + " " + parameter.isText())
                .containsExactly("0 thread false", "1 class true", "3 method true", "5 signature true");
        assertThat(HotSpotProbes.of("hotspot_jni", "FindClass__entry"))
                .containsExactly(
                        new Parameter(0, "env", Parameter.Form.HEX), new Parameter(1, "name", Parameter.Form.C_STRING));
        assertThat(HotSpotProbes.of("other", "class__loaded")).isNull();
    }
}
