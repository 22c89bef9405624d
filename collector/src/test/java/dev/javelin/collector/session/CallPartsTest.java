package dev.javelin.collector.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallPartsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int freeze<Config<A> >(JavaThread*, long*) | freeze",
                "Foo<int>::bar(int) const | Foo::bar",
                "fsync | fsync",
                "foo[abi:cxx11](int) | foo",
                "(anonymous namespace)::f(int) | f",
                "void (anonymous namespace)::Pool<int>::wait(long) | Pool::wait",
                "std::ostream& operator<<(std::ostream&, int) | operator<<",
                "unclosed<int | unclosed<int",
                "closed>(int) | closed>",
                "(*)(int) | (*)(int)"
            })
    void functionsAreToldByTheirNames(String readable, String name) {
        assertThat(CallParts.function(readable)).isEqualTo(name);
    }

    @Test
    void noNameTakesLong() {
        String nested = "<".repeat(200_000) + ">".repeat(200_000);
        Assertions.assertTimeout(Duration.ofSeconds(2), () -> CallParts.function("f" + nested + "(int)"));
        assertThat(CallParts.function("f".repeat(1 << 20)).length()).isLessThan(2_000);
    }
}
