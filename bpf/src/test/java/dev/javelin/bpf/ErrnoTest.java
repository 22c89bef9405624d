package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrnoTest {
    @Test
    void shouldNameAndExplain() {
        assertThat(Errno.describe(Errno.EPERM)).isEqualTo("EPERM (1): Operation not permitted");
        assertThat(Errno.name(524)).isEqualTo("ENOTSUPP");
        assertThat(Errno.describe(4007)).isEqualTo("LIBBPF_VERIFY (4007): The kernel's verifier rejected the program");
        assertThat(Errno.describe(9999)).isEqualTo("E? (9999): Unknown error 9999");
    }

    @Test
    void shouldMakeOneLineOfAFailure() {
        assertThat(new BpfException("attach", "on_clock", Errno.EPERM, ""))
                .hasMessage("attach on_clock: EPERM (1): Operation not permitted");
        assertThat(new BpfException("probe", "", 0, "try again")).hasMessage("probe: try again");
    }
}
