package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.session.RecordResult;
import dev.javelin.collector.session.Session;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelFirstTest {
    private static final RecordResult BY_USER = new RecordResult(1, "", null, List.of(), null);

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private record Fails(Error error) implements Session {
        @Override
        public RecordResult run() {
            throw error;
        }

        @Override
        public void stop() {}
    }

    private static final class InUserSpace implements Session {
        @Override
        public RecordResult run() {
            return BY_USER;
        }

        @Override
        public void stop() {}
    }

    private KernelFirst session(Error failure, boolean automatic) {
        Messages messages = new Messages(new PrintStream(said, true, StandardCharsets.UTF_8), false);
        return new KernelFirst(new Fails(failure), InUserSpace::new, messages, automatic, "--mode user");
    }

    @Test
    void shouldGoOnInUserSpaceWhereNativeLibrariesCannotBeLoaded() {
        assertThat(session(new UnsatisfiedLinkError("GLIBC_2.33 not found"), true)
                        .run())
                .isSameAs(BY_USER);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("kernel mode is not possible here", "GLIBC_2.33 not found", "user-space mode")
                .hasLineCount(1);
    }

    @Test
    void shouldNameUserSpaceModeThere() {
        KernelFirst session = session(new UnsatisfiedLinkError("GLIBC_2.33 not found"), false);
        assertThatThrownBy(session::run)
                .isInstanceOf(JavelinException.class)
                .hasMessageContaining("GLIBC_2.33 not found")
                .hasMessageContaining("--mode user");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNotHideOtherErrors(boolean automatic) {
        StackOverflowError error = new StackOverflowError();
        assertThatThrownBy(session(error, automatic)::run).isSameAs(error);
    }
}
