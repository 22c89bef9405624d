package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"dev.javelin.collector.cli.OneOfAKind", "OneOfAKind", "OneOfA", "dev.javelin.collector.cli.OneOf"
            })
    void shouldFindAJvmByItsMainClass(String name) throws Exception {
        try (JavaChild child = JavaChild.start(OneOfAKind.class)) {
            assertThat(Targets.of(List.of(name)).processes())
                    .extracting(ProcessInfo::pid)
                    .containsExactly(child.pid());
        }
    }

    @Test
    void shouldNameTheCandidatesWhenSeveralFit() throws Exception {
        try (JavaChild one = JavaChild.start(OneOfMany.class);
                JavaChild other = JavaChild.start(OneOfMany.class)) {
            assertThatThrownBy(() -> Targets.of(List.of("OneOfMany")))
                    .isInstanceOfSatisfying(
                            JavelinException.class,
                            e -> assertThat(e.exitStatus()).isEqualTo(JavelinException.USAGE))
                    .hasMessageContaining("'OneOfMany' fits several JVMs: ")
                    .hasMessageContaining(one.pid() + " (" + OneOfMany.class.getName() + ")")
                    .hasMessageContaining(other.pid() + " (" + OneOfMany.class.getName() + ")");
        }
    }

    @Test
    void shouldTakeAProcessOnceAndKeepTheOrder() throws Exception {
        try (JavaChild one = JavaChild.start(OneOfMany.class);
                JavaChild other = JavaChild.start(OneOfMany.class)) {
            String first = Integer.toString(other.pid());
            String second = Integer.toString(one.pid());

            Targets targets = Targets.of(List.of(first, second, first));

            assertThat(targets.processes()).extracting(ProcessInfo::pid).containsExactly(other.pid(), one.pid());
            assertThat(targets.forFileName()).isEqualTo(first);
            assertThat(targets.shown()).startsWith(other.pid() + " (" + OneOfMany.class.getName() + "), ");
        }
    }

    @Test
    void shouldWaitForAJvmThatIsJustStarting() throws Exception {
        Process starting = JavaChild.builder(OneOfMany.class).start();
        try {
            assertThat(Targets.of(List.of(Long.toString(starting.pid()))).processes())
                    .singleElement()
                    .matches(ProcessInfo::java);
        } finally {
            starting.destroyForcibly();
        }
    }

    @Test
    void shouldMeanEveryJvmByAll() {
        Targets targets = Targets.of(List.of("all"));

        assertThat(targets.all()).isTrue();
        assertThat(targets.processes()).isEmpty();
        assertThat(targets.forFileName()).isEqualTo("all");
    }
}
