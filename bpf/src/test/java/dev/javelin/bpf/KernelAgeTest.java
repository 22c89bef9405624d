package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.bpf.jna.LibBpf;
import org.junit.jupiter.api.Test;

/** A kernel is too old by what it lacks, since those of distributions have more than their number says. */
@NeedsBpf
class KernelAgeTest {
    private static final int RAW_TRACEPOINT = 17;
    private static final int LOOP = 181;
    private static final int OF_NO_KERNEL = 1_000_000;

    @Test
    void helpersAreToldFromThoseThatAreMissing() {
        assertThat(LibBpf.libbpf_probe_bpf_helper(RAW_TRACEPOINT, LOOP)).isEqualTo(1);
        assertThat(LibBpf.libbpf_probe_bpf_helper(RAW_TRACEPOINT, OF_NO_KERNEL)).isZero();
        assertThat(KernelFeatures.tooOld()).isEmpty();
    }
}
