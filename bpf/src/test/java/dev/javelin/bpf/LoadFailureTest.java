package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoadFailureTest {
    private static String verifier(String lines) {
        return "libbpf: prog 'walk': BPF program load failed: Permission denied\n"
                + "libbpf: prog 'walk': -- BEGIN PROG LOAD LOG --\n"
                + lines
                + "processed 42 insns (limit 1000000) max_states_per_insn 0 total_states 0\n"
                + "-- END PROG LOAD LOG --\nlibbpf: prog 'walk': failed to load: -13\n";
    }

    @Test
    void shouldNameProgramInstructionSourceAndReason() {
        String log = verifier("; int x = *p;\n17: (61) r1 = *(u32 *)(r0 +0)\nR0 invalid mem access 'scalar'\n");
        assertThat(LoadFailure.explain(Errno.EACCES, log))
                .isEqualTo(
                        "the kernel's verifier rejected program walk at instruction 17 (int x = *p;): R0 invalid mem access"
                                + " 'scalar' (a plain number is used as a pointer; read other memory with bpf_probe_read_*)");
    }

    @Test
    void shouldUnderstandALogThatLostItsBeginning() {
        String log = verifier("17: (61) r1 = *(u32 *)(r0 +0)\nR0 invalid mem access 'scalar'\n");
        assertThat(LoadFailure.explain(Errno.EACCES, log.substring(log.indexOf("17:") + 5)))
                .startsWith("the kernel's verifier rejected program walk: R0 invalid mem access 'scalar' (");
    }

    @Test
    void shouldExplainSize() {
        String log = verifier("100: (05) goto pc+1\nBPF program is too large. Processed 1000001 insn\n");
        assertThat(LoadFailure.explain(Errno.E2BIG, log)).contains("too complex to verify");
    }

    @Test
    void shouldExplainAnOldKernel() {
        String log = verifier("3: (85) call unknown#181\ninvalid func unknown#181\n");
        assertThat(LoadFailure.explain(Errno.EINVAL, log)).contains("a newer kernel is needed");
    }

    @Test
    void shouldAskForPrivilegesWhereTheVerifierSaidNothing() {
        assertThat(LoadFailure.explain(Errno.EPERM, "libbpf: prog 'walk': BPF program load failed\n"))
                .isEqualTo("loading BPF programs needs root, or CAP_BPF and CAP_PERFMON");
        assertThat(LoadFailure.explain(Errno.ENOSYS, "")).contains("seccomp");
    }

    @Test
    void shouldPassOnWhatItDoesNotKnow() {
        assertThat(LoadFailure.explain(Errno.EINVAL, "libbpf: map 'x': odd\nlibbpf: more\n"))
                .isEqualTo("map 'x': odd");
        assertThat(LoadFailure.explain(Errno.EINVAL, "")).isEmpty();
        assertThat(LoadFailure.explain(Errno.EINVAL, verifier(""))).endsWith("program walk: no reason given");
    }
}
