package dev.javelin.bpf;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** The capabilities that kernel mode may need, by their numbers in linux/capability.h. */
public enum Capability {
    CAP_DAC_READ_SEARCH(2),
    CAP_SYS_PTRACE(19),
    CAP_SYS_ADMIN(21),
    CAP_SYS_RESOURCE(24),
    CAP_SYSLOG(34),
    CAP_PERFMON(38),
    CAP_BPF(39);

    private final int bit;

    Capability(int bit) {
        this.bit = bit;
    }

    /** Those in a mask as {@code CapEff} in {@code /proc/PID/status} has it. */
    static Set<Capability> ofMask(long mask) {
        Set<Capability> held = EnumSet.noneOf(Capability.class);
        for (Capability capability : values()) {
            if ((mask >>> capability.bit & 1) != 0) {
                held.add(capability);
            }
        }
        return held;
    }

    /** What a holder of these lacks for kernel mode; CAP_SYS_ADMIN includes CAP_BPF and CAP_PERFMON. */
    static Set<Capability> missingForKernelMode(Set<Capability> held) {
        Set<Capability> missing = EnumSet.of(CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE);
        if (held.contains(CAP_SYS_ADMIN)) {
            missing.removeAll(EnumSet.of(CAP_BPF, CAP_PERFMON));
        }
        missing.removeAll(held);
        return Collections.unmodifiableSet(missing);
    }
}
