package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelFeaturesTest {
    @Test
    void shouldKnowThisKernel() {
        KernelFeatures features = KernelFeatures.probe();
        assertThat(features.release()).matches("\\d+\\.\\d+.*");
        assertThat(features.libbpf()).matches("1\\.\\d+");
        assertThat(features.perfEventParanoid()).isPresent();
        if (features.missing().isEmpty() && features.initialUserNamespace()) {
            assertThat(features.bpf()).hasToString("yes");
            assertThat(features.perfAllCpus().worked()).isTrue();
        }
        if (features.obstacle().isEmpty()) {
            assertThat(Kernel.obstacle()).isEmpty();
        } else {
            assertThat(features.obstacle()).hasLineCount(1);
        }
    }

    @Test
    void shouldReadCapabilityMasks() {
        assertThat(Capability.ofMask(0)).isEmpty();
        assertThat(Capability.ofMask(1L << 39 | 1L << 19 | 1))
                .isEqualTo(Set.of(Capability.CAP_BPF, Capability.CAP_SYS_PTRACE));
        assertThat(Capability.ofMask(-1)).hasSize(Capability.values().length);
    }

    @Test
    void shouldNameWhatIsMissing() {
        assertThat(Capability.missingForKernelMode(Set.of(Capability.CAP_SYS_ADMIN)))
                .containsExactly(Capability.CAP_SYS_PTRACE);
        assertThat(Capability.missingForKernelMode(EnumSet.of(Capability.CAP_BPF, Capability.CAP_SYS_PTRACE)))
                .containsExactly(Capability.CAP_PERFMON);
        assertThat(Capability.missingForKernelMode(EnumSet.allOf(Capability.class)))
                .isEmpty();
    }

    @Test
    void shouldReadTheChosenLockdown() {
        assertThat(KernelFeatures.chosen("none [integrity] confidentiality")).isEqualTo("integrity");
        assertThat(KernelFeatures.chosen("")).isEmpty();
    }

    @Test
    void shouldReadNumbersOfMoreThanOneDigit() {
        assertThat(KernelFeatures.sysctl("pid_max").getAsInt()).isGreaterThan(300);
    }

    @Test
    void shouldReadCpuLists() {
        assertThat(Cpus.parse("0")).containsExactly(0);
        assertThat(Cpus.parse("0-2,5,7-8")).containsExactly(0, 1, 2, 5, 7, 8);
        assertThat(Cpus.online()).isNotEmpty().isSorted();
        assertThat(Cpus.possible()).isGreaterThanOrEqualTo(Cpus.online().length);
    }

    @ParameterizedTest
    @CsvSource({
        "6.10.0,true",
        "6.18.44-rc1,true",
        "7.2.1-amd64,true",
        "6.9.12,false",
        "6.1.0-49-amd64,false",
        "5.10.0,false",
        "odd,false"
    })
    void releasesAreComparedByNumbers(String release, boolean expected) {
        assertThat(KernelFeatures.isAtLeast(release, 6, 10)).isEqualTo(expected);
    }
}
