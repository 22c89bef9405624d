package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class PidfdTest {
    @Test
    void shouldKnowWhenTheNumberIsFreeAgain() throws Exception {
        // the shell's child ends at once, and the shell takes notice when it is told to
        Process shell = new ProcessBuilder("sh", "-c", "sleep 0 & echo $!; read x; wait; echo done; read x").start();
        try (var lines = shell.inputReader();
                var in = shell.outputWriter()) {
            int pid = Integer.parseInt(lines.readLine());
            try (Pidfd process = Pidfd.open(pid)) {
                while (!process.hasEnded()) {
                    Thread.sleep(5);
                }
                assertThat(process.ownsItsNumber())
                        .as("a zombie has its number")
                        .isTrue();
                in.write("\n");
                in.flush();
                assertThat(lines.readLine()).isEqualTo("done");
                assertThat(process.ownsItsNumber()).isFalse();
                assertThat(process.hasEnded()).isTrue();
            }
            assertThatThrownBy(() -> Pidfd.open(pid))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ESRCH");
        } finally {
            shell.destroyForcibly();
        }
    }
}
