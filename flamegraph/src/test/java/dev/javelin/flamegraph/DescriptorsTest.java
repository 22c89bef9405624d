package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptorsTest {
    @ParameterizedTest
    @ValueSource(strings = {"()V", "(I)V", "(IJ[[DLjava/lang/String;Z)[La/B;", "()I", "(La)b(;)V"})
    void shouldAcceptDescriptors(String text) {
        assertThat(Descriptors.isMethod(text)).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "I", "(", "()", "(V)V", "(L;)V", "(Lx)V", "([)V", "()VV", "()[V", "(I", "x()V", "()V "})
    void shouldRefuseOthers(String text) {
        assertThat(Descriptors.isMethod(text)).isFalse();
    }
}
