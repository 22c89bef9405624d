package dev.javelin.collector.cli;

import dev.javelin.bpf.Capability;
import dev.javelin.bpf.KernelFeatures;
import dev.javelin.bpf.KernelProbes;
import dev.javelin.collector.proc.Kallsyms;
import dev.javelin.collector.proc.ProcessInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What {@code javelin doctor} says of the kernel and of what this process may do with it. */
final class KernelChecks {
    private final KernelFeatures features;
    private final List<Finding> findings = new ArrayList<>();

    private KernelChecks(KernelFeatures features) {
        this.features = features;
    }

    /** Everything that was found. */
    static List<Finding> of(KernelFeatures features) {
        KernelChecks checks = new KernelChecks(features);
        checks.release();
        checks.btf();
        checks.capabilities();
        checks.processNumbers();
        checks.bpf();
        checks.perf();
        checks.hardwareCounters();
        checks.kernelSymbols();
        checks.probes();
        return checks.findings;
    }

    private void release() {
        String kernel = "kernel " + features.release();
        String use = "use Linux " + KernelFeatures.OLDEST_TESTED + " or newer";
        if (!KernelFeatures.tooOld().isEmpty()) {
            findings.add(Finding.fail(kernel + " is too old: it lacks the helper bpf_loop", use));
        } else if (KernelFeatures.olderThanTested()) {
            findings.add(Finding.note(kernel + " is older than any that Javelin is tested on", use));
        } else {
            findings.add(Finding.ok(kernel));
        }
    }

    private void btf() {
        findings.add(
                features.btf()
                        ? Finding.ok("the kernel describes its types: /sys/kernel/btf/vmlinux")
                        : Finding.fail(
                                "the kernel does not describe its types: no /sys/kernel/btf/vmlinux",
                                "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as those of the distributions are;"
                                        + " in a container, mount /sys"));
    }

    private void processNumbers() {
        if (!ProcessInfo.seesHostNumbers()) {
            findings.add(Finding.fail(
                    "this is a container with a pid namespace of its own, where processes have other numbers than in the kernel",
                    "run javelin on the host, or the container with --pid=host"));
        }
    }

    private void capabilities() {
        Set<Capability> missing = features.missing();
        if (!features.initialUserNamespace()) {
            findings.add(Finding.fail(
                    "this process is in a user namespace of its own, whose capabilities do not count for BPF",
                    "run outside of it, or in a container without user namespaces"));
        } else if (missing.isEmpty()) {
            findings.add(Finding.ok("capabilities: what is needed is held"));
        } else {
            findings.add(
                    Finding.fail(
                            "capabilities: missing " + names(missing),
                            "run as root (sudo), or give the process CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE"
                                    + " (docker: --cap-add BPF --cap-add PERFMON --cap-add SYS_PTRACE);"
                                    + " for other users' processes CAP_DAC_READ_SEARCH too, for names in the kernel CAP_SYSLOG"));
        }
    }

    private static String names(Set<Capability> capabilities) {
        return capabilities.stream().map(Enum::name).collect(Collectors.joining(", "));
    }

    private void bpf() {
        findings.add(
                features.bpf().worked()
                        ? Finding.ok("BPF programs can be loaded (libbpf " + features.libbpf() + " is carried along)")
                        : Finding.fail("BPF programs cannot be loaded: " + features.bpf(), bpfFix()));
    }

    private String bpfFix() {
        if (!features.missing().isEmpty()) {
            return "see the capabilities above";
        }
        return features.lockdown().equals("confidentiality")
                ? "the kernel is locked down (confidentiality): boot with lockdown=integrity"
                : "a seccomp filter may forbid it (docker: --security-opt seccomp=unconfined, or a profile that allows bpf)";
    }

    private void perf() {
        String paranoid = features.perfEventParanoid().isPresent()
                ? " (kernel.perf_event_paranoid is "
                        + features.perfEventParanoid().getAsInt() + ")"
                : "";
        findings.add(
                features.perfAllCpus().worked()
                        ? Finding.ok("the CPU clock can be sampled on every CPU" + paranoid)
                        : Finding.fail(
                                "the CPU clock cannot be sampled: " + features.perfAllCpus() + paranoid,
                                features.missing().isEmpty()
                                        ? "a seccomp filter may forbid perf_event_open"
                                        : "see the capabilities above"));
    }

    private void hardwareCounters() {
        findings.add(
                features.pmu().worked()
                        ? Finding.ok("hardware events such as cycles can be sampled")
                        : Finding.note(
                                "no hardware events such as cycles: " + features.pmu(),
                                "nothing to do for -e cpu; virtual machines often have no hardware counters"));
    }

    private void kernelSymbols() {
        String reason = new Kallsyms().unavailableReason();
        findings.add(
                reason == null
                        ? Finding.ok("kernel functions have names")
                        : Finding.note(
                                "kernel functions will have no names: " + reason,
                                "CAP_SYSLOG, and sysctl kernel.kptr_restrict=1 if it is 2"));
    }

    /** Kinds of probes; the other ones need nothing that has not been looked at. */
    private void probes() {
        if (!features.bpf().worked()) {
            return;
        }
        KernelProbes probes = KernelProbes.probe();
        String text = "kprobe: " + probes.kprobe() + "; fentry: " + probes.fentry() + "; kprobe.multi: "
                + probes.kprobeMulti() + "; uprobe.multi: " + probes.uprobeMulti();
        findings.add(
                probes.kprobe().worked() || probes.fentry().worked()
                        ? Finding.ok(text)
                        : Finding.note(
                                text,
                                "no functions of the kernel can be probed: syscall: and tracepoint: serve instead"));
    }
}
