package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.javelin.collector.session.JavelinException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MethodSpecTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            java:com.acme.Orders.place                       | com.acme.Orders      | place  | -                    | false | -1
            java:com.acme.Orders.place:50ms                  | com.acme.Orders      | place  | -                    | false | 50000000
            java:Orders.place( int, java.lang.String ):1.5us | Orders               | place  | int,java.lang.String | false | 1500
            java:a.B$C.<init>(int[])                         | a.B$C                | <init> | int[]                | false | -1
            java:+java.util.Map.get*                         | java.util.Map        | get*   | -                    | true  | -1
            java:com.*.*                                     | com.*                | *      | -                    | false | -1
            """)
    void isReadAsItIsWritten(String text, String type, String method, String parameters, boolean subtypes, long nanos) {
        assertThat(ProbeSpec.parse(text).methods())
                .isEqualTo(new MethodSpec(type, method, parameters, subtypes, nanos));
    }

    @Test
    void noParametersAreOtherThanAny() {
        assertThat(ProbeSpec.parse("java:a.B.c()").methods().parameters()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            java:place               | write java:com.acme.Orders.place
            java:                    | write java:com.acme.Orders.place
            java:a.B.c:5             | needs a unit
            java:a.B.c:5parsec       | unknown unit
            java:a.B.c /arg0 > 1/    | no conditions
            java:a.B.c(int           | write java:
            """)
    void whatIsWrongIsSaid(String text, String said) {
        assertThatExceptionOfType(JavelinException.class)
                .isThrownBy(() -> ProbeSpec.parse(text))
                .withMessageContaining(said)
                .satisfies(e -> assertThat(e.exitStatus()).isEqualTo(JavelinException.USAGE));
    }

    @Test
    void itsTextGivesTheSame() {
        String text = "java:+com.acme.Orders$Line.<init>(int,String):50ms";
        assertThat(ProbeSpec.parse(text).text()).isEqualTo(text);
        assertThat(ProbeSpec.parse(ProbeSpec.parse(text).text())).isEqualTo(ProbeSpec.parse(text));
    }
}
