package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibBpf;
import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this kernel offers to this process, found out by trying, not by guessing from versions. Nothing is changed by asking. A
 * setting that cannot be read is empty.
 *
 * @param release {@code uname -r}
 * @param libbpf version of the library carried along, {@code "1.1"}
 * @param btf whether the kernel carries its own type information
 * @param held the effective capabilities
 * @param missing what kernel mode lacks
 * @param initialUserNamespace false in a container with a user namespace of its own, whose capabilities do not count
 * @param bpf loading a tracing program
 * @param perfAllCpus the CPU clock of a whole CPU, kernel included
 * @param perfSelf the CPU clock of this process, user mode only
 * @param pmu hardware counters (cycles of this process)
 * @param perfEventParanoid {@code kernel.perf_event_paranoid}
 * @param perfMaxSampleRate {@code kernel.perf_event_max_sample_rate}, hertz
 * @param kptrRestrict {@code kernel.kptr_restrict}: above 0 kernel addresses are hidden from the unprivileged, at 2 from all
 * @param unprivilegedBpfDisabled {@code kernel.unprivileged_bpf_disabled}
 * @param bpfStatsEnabled {@code kernel.bpf_stats_enabled}: 1 when the kernel measures programs' run time
 * @param lockdown {@code none}, {@code integrity} or {@code confidentiality}; empty when the kernel has no lockdown
 * @param tracefs whether classic tracepoints can be looked up
 */
public record KernelFeatures(
        String release,
        String libbpf,
        boolean btf,
        Set<Capability> held,
        Set<Capability> missing,
        boolean initialUserNamespace,
        Attempt bpf,
        Attempt perfAllCpus,
        Attempt perfSelf,
        Attempt pmu,
        OptionalInt perfEventParanoid,
        OptionalInt perfMaxSampleRate,
        OptionalInt kptrRestrict,
        OptionalInt unprivilegedBpfDisabled,
        OptionalInt bpfStatsEnabled,
        String lockdown,
        boolean tracefs) {

    /** The oldest kernel that Javelin is tested on. */
    public static final String OLDEST_TESTED = "6.1";

    private static final Path BTF = Path.of("/sys/kernel/btf/vmlinux");
    private static final Path SYSCTL = Path.of("/proc/sys/kernel");
    private static final int BPF_PROG_LOAD = 5;
    private static final int BPF_PROG_TYPE_RAW_TRACEPOINT = 17;
    private static final int BPF_FUNC_LOOP = 181;
    /** {@code r0 = 0; exit}: struct bpf_insn is opcode, registers, 16-bit offset, 32-bit constant. */
    private static final byte[] RETURN_ZERO = {(byte) 0xb7, 0, 0, 0, 0, 0, 0, 0, (byte) 0x95, 0, 0, 0, 0, 0, 0, 0};

    private static final int PROG_LOAD_ATTR_SIZE = 48;
    private static final long ONE_SECOND = 1_000_000_000L;
    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+)");

    /**
     * Something that was tried.
     *
     * @param errno 0 when it worked
     */
    public record Attempt(int errno) {
        public boolean worked() {
            return errno == 0;
        }

        /** {@code "yes"}, or {@code "EPERM (1): Operation not permitted"}. */
        @Override
        public String toString() {
            return errno == 0 ? "yes" : Errno.describe(errno);
        }
    }

    /**
     * Asks this kernel.
     *
     * @throws BpfException when not even the native libraries can be loaded
     */
    public static KernelFeatures probe() {
        BpfException.requireNative();
        Set<Capability> held = heldCapabilities();
        return new KernelFeatures(
                firstLine(SYSCTL.resolve("osrelease")),
                LibBpf.libbpf_major_version() + "." + LibBpf.libbpf_minor_version(),
                Files.isReadable(BTF),
                Collections.unmodifiableSet(held),
                Capability.missingForKernelMode(held),
                inInitialUserNamespace(),
                tryLoading(),
                tryPerf(PerfAttr.cpuClock(ONE_SECOND), -1, 0),
                tryPerf(PerfAttr.cpuClock(ONE_SECOND).userOnly(), 0, -1),
                tryPerf(PerfAttr.named("cycles", ONE_SECOND).userOnly(), 0, -1),
                sysctl("perf_event_paranoid"),
                sysctl("perf_event_max_sample_rate"),
                sysctl("kptr_restrict"),
                sysctl("unprivileged_bpf_disabled"),
                sysctl("bpf_stats_enabled"),
                chosen(firstLine(Path.of("/sys/kernel/security/lockdown"))),
                hasTracefs());
    }

    /** The one-line reason why kernel mode cannot work here, with the remedy; empty when nothing speaks against it. */
    public String obstacle() {
        if (!btf) {
            return "this kernel carries no BTF (" + BTF + "): a kernel with CONFIG_DEBUG_INFO_BTF=y is needed";
        }
        if (!missing.isEmpty()) {
            return "missing "
                    + String.join(", ", missing.stream().map(Enum::name).toList())
                    + ": run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE";
        }
        if (!bpf.worked()) {
            return "loading BPF programs: " + bpf
                    + (initialUserNamespace
                            ? ": a seccomp filter or the kernel's lockdown may forbid it"
                            : ": capabilities of a user namespace do not count, run outside of it");
        }
        return perfAllCpus.worked() ? "" : "perf_event_open: " + perfAllCpus + ": a seccomp filter may forbid it";
    }

    /** Whether this process holds the capabilities that kernel mode needs, and they count: a quick look, not a trial. */
    public static boolean isPrivileged() {
        return Capability.missingForKernelMode(heldCapabilities()).isEmpty() && inInitialUserNamespace();
    }

    private static boolean inInitialUserNamespace() {
        return firstLine(Path.of("/proc/self/uid_map")).matches("\\s*0\\s+0\\s+4294967295\\s*");
    }

    /**
     * Whether one link can hold many uprobes of a process. Linux 6.6 has such links, but until 6.10 only those in the process's first
     * thread fired.
     */
    public static boolean hasUprobeMulti() {
        return isAtLeast(System.getProperty("os.version"), 6, 10);
    }

    /**
     * Why the running kernel is too old for every recording, and what to do; empty if it is not. What counts is the helper that stacks are walked
     * by: it came with Linux 5.17, but kernels of distributions may have it under an earlier number.
     */
    public static String tooOld() {
        return LibBpf.libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_LOOP) == 0
                ? "Linux " + System.getProperty("os.version") + " is too old, it lacks the helper bpf_loop: use Linux "
                        + OLDEST_TESTED + " or newer"
                : "";
    }

    /** Whether the running kernel is older than {@link #OLDEST_TESTED}. */
    public static boolean olderThanTested() {
        return !isAtLeast(System.getProperty("os.version"), 6, 1);
    }

    /** Whether {@code "6.12.48+deb13-amd64"} is so new. */
    static boolean isAtLeast(String release, int major, int minor) {
        Matcher numbers = RELEASE.matcher(release);
        if (!numbers.lookingAt()) {
            return false;
        }
        int first = Integer.parseInt(numbers.group(1));
        return first > major || (first == major && Integer.parseInt(numbers.group(2)) >= minor);
    }

    /** Whether the directory with the numbers of the classic tracepoints is there, or can be mounted for this process. */
    static boolean hasTracefs() {
        return Tracefs.events() != null;
    }

    private static Set<Capability> heldCapabilities() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")) {
                    return Capability.ofMask(
                            Long.parseUnsignedLong(line.substring(7).strip(), 16));
                }
            }
        } catch (IOException e) {
            // Without /proc nothing is known to be held.
        }
        return Capability.ofMask(0);
    }

    /** A program of a kind that CAP_BPF and CAP_PERFMON together may load. */
    private static Attempt tryLoading() {
        try (NativeBlock attr = new NativeBlock(PROG_LOAD_ATTR_SIZE);
                NativeBlock instructions = NativeBlock.of(RETURN_ZERO);
                NativeBlock license = NativeBlock.ofString("Dual BSD/GPL")) {
            ByteBuffer fields = attr.buffer();
            fields.putInt(0, BPF_PROG_TYPE_RAW_TRACEPOINT);
            fields.putInt(4, RETURN_ZERO.length / 8);
            fields.putLong(8, instructions.address());
            fields.putLong(16, license.address());
            long fd = LibC.syscall(LibC.SYS_BPF, BPF_PROG_LOAD, attr.address(), PROG_LOAD_ATTR_SIZE, 0, 0, 0);
            if (fd < 0) {
                return new Attempt(LibC.errno());
            }
            LibC.close((int) fd);
            return new Attempt(0);
        }
    }

    private static Attempt tryPerf(PerfAttr attr, int tid, int cpu) {
        try (PerfEvent event = PerfEvent.open(attr, tid, cpu)) {
            return new Attempt(event.fd() < 0 ? Errno.EBADF : 0);
        } catch (BpfException e) {
            return new Attempt(e.errno());
        }
    }

    /** A number under {@code /proc/sys/kernel}; empty if there is none of that name. */
    public static OptionalInt sysctl(String name) {
        String value = firstLine(SYSCTL.resolve(name)).strip();
        return value.matches("-?\\d{1,9}") ? OptionalInt.of(Integer.parseInt(value)) : OptionalInt.empty();
    }

    /** {@code "none [integrity] confidentiality"}: the one in brackets. */
    static String chosen(String choices) {
        int from = choices.indexOf('[');
        int to = choices.indexOf(']');
        return from < 0 || to < from ? "" : choices.substring(from + 1, to);
    }

    /** In one read: the files of /proc/sys give nothing to a second one, and Files.readString begins with a single byte. */
    private static String firstLine(Path file) {
        byte[] bytes = new byte[4096];
        try (InputStream in = Files.newInputStream(file)) {
            int length = Math.max(0, in.read(bytes));
            return new String(bytes, 0, length, StandardCharsets.US_ASCII)
                    .lines()
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
