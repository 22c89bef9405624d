package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.flamegraph.ReportOptions.Flag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassNamesTest {
    @ParameterizedTest
    @CsvSource({
        "app/Foo$$Lambda/0x00007f1234567890, app/Foo$$Lambda",
        "app/Foo$$Lambda$123/0x0000000800c03000, app/Foo$$Lambda",
        "app/Foo$$Lambda$123+0x0000000800c03000, app/Foo$$Lambda",
        "app/Foo$$Lambda$5/1234567, app/Foo$$Lambda",
        "app/Foo$$Lambda.0x00007f1234567890, app/Foo$$Lambda",
        "java/lang/invoke/LambdaForm$MH/0x00007f00, java/lang/invoke/LambdaForm$MH",
        "java/lang/invoke/LambdaForm$DMH+0x00007f00, java/lang/invoke/LambdaForm$DMH",
        "jdk/internal/reflect/GeneratedMethodAccessor12, jdk/internal/reflect/GeneratedMethodAccessor",
        "jdk/internal/reflect/GeneratedConstructorAccessor1, jdk/internal/reflect/GeneratedConstructorAccessor",
        "com/sun/proxy/$Proxy12, com/sun/proxy/$Proxy",
        "jdk/proxy2/$Proxy3, jdk/proxy/$Proxy",
        "app/Bean$$SpringCGLIB$$0, app/Bean$$SpringCGLIB$$",
        "app/Bean$$EnhancerBySpringCGLIB$$1a2b3c4d, app/Bean$$EnhancerBySpringCGLIB$$",
        "app/Outer$1, app/Outer$1",
        "app/Cafe, app/Cafe",
        "app/v2/0, app/v2",
        "cafe/babe, cafe/babe",
        "app/face, app/face",
        "app/My$Proxy1Thing, app/My$Proxy1Thing",
        "123, 123",
    })
    void shouldNormalise(String name, String expected) {
        ReportOptions options = ReportOptions.builder().with(Flag.NORMALISE).build();
        assertThat(ClassNames.shown(name, options)).isEqualTo(expected);
    }

    @Test
    void shouldNotTakeTheHiddenPartForAPackage() {
        ReportOptions simple = ReportOptions.builder().with(Flag.SIMPLE_NAMES).build();
        assertThat(ClassNames.shown("app/Foo$$Lambda+0x00007f12", simple)).isEqualTo("Foo$$Lambda/0x00007f12");
        assertThat(ClassNames.shown("app/Foo", simple)).isEqualTo("Foo");
        ReportOptions dotted = ReportOptions.builder().with(Flag.DOTTED_NAMES).build();
        assertThat(ClassNames.shown("app/Foo$$Lambda/0x00007f12", dotted)).isEqualTo("app.Foo$$Lambda/0x00007f12");
        assertThat(ClassNames.shown("[Ljava/lang/String;", dotted)).isEqualTo("[Ljava.lang.String;");
    }
}
