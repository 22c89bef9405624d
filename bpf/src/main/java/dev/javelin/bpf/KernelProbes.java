package dev.javelin.bpf;

import dev.javelin.bpf.KernelFeatures.Attempt;
import dev.javelin.bpf.jna.LibBpf;
import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which ways of probing this kernel offers to this process, found out by trying with a function that every kernel has. What was tried is
 * undone at once.
 *
 * @param kprobe at any instruction of a kernel function
 * @param fentry at the entry and the return of a kernel function, by a trampoline
 * @param kprobeMulti at the entries or the returns of many kernel functions by one link (Linux 5.18, if it is built with FPROBE);
 *     EOPNOTSUPP from Linux 6.14 to 6.19 as well: there the function itself is missing from the stack, and it is not known of which call a return is
 * @param uprobeMulti many uprobes by one link, which needs less privilege (Linux 6.6)
 */
public record KernelProbes(Attempt kprobe, Attempt fentry, Attempt kprobeMulti, Attempt uprobeMulti) {
    /** In every kernel since 2.6; called by no interrupt, and seldom. */
    private static final String FUNCTION = "vfs_fsync_range";

    private static final String RELEASE = System.getProperty("os.version");

    private static final Path KPROBE_TYPE = Path.of("/sys/bus/event_source/devices/kprobe/type");

    /** {@code struct perf_event_attr}: type, size, the name's address (config1). */
    private static final int PERF_ATTR_SIZE = 128;

    private static final int PERF_ATTR_FUNCTION = 56;

    /** {@code union bpf_attr} of BPF_PROG_LOAD, up to attach_btf_id. */
    private static final int LOAD_ATTR_SIZE = 120;

    private static final int LOAD_ATTACH_TYPE = 68;
    private static final int LOAD_BTF_ID = 108;
    private static final int BPF_PROG_LOAD = 5;
    private static final int BPF_PROG_TYPE_KPROBE = 2;
    private static final int BPF_PROG_TYPE_TRACING = 26;
    private static final int BPF_TRACE_FENTRY = 24;

    /** {@code union bpf_attr} of BPF_LINK_CREATE: program, target, attach type, flags, then uprobe_multi: path, offsets. */
    private static final int LINK_ATTR_SIZE = 64;

    private static final int BPF_LINK_CREATE = 28;
    /** {@code r0 = 0; exit}. */
    private static final byte[] RETURN_ZERO = {(byte) 0xb7, 0, 0, 0, 0, 0, 0, 0, (byte) 0x95, 0, 0, 0, 0, 0, 0, 0};

    /**
     * Asks this kernel; takes some tens of milliseconds.
     *
     * @throws BpfException when not even the native libraries can be loaded
     */
    public static KernelProbes probe() {
        BpfException.requireNative();
        return new KernelProbes(tryKprobe(), tryFentry(), tryKprobeMulti(), tryUprobeMulti());
    }

    private static Attempt tryKprobe() {
        try (NativeBlock attr = new NativeBlock(PERF_ATTR_SIZE);
                NativeBlock function = NativeBlock.ofString(FUNCTION)) {
            attr.buffer()
                    .putInt(0, Integer.parseInt(Files.readString(KPROBE_TYPE).strip()));
            attr.buffer().putInt(4, PERF_ATTR_SIZE);
            attr.buffer().putLong(PERF_ATTR_FUNCTION, function.address());
            return closed(LibC.syscall(LibC.SYS_PERF_EVENT_OPEN, attr.address(), -1, 0, -1, 0, 0));
        } catch (IOException e) {
            return new Attempt(Errno.ENOENT);
        }
    }

    private static Attempt tryFentry() {
        Messages.clear();
        int id = LibBpf.libbpf_find_vmlinux_btf_id(FUNCTION, BPF_TRACE_FENTRY);
        return id < 0 ? new Attempt(-id) : closed(load(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, id));
    }

    private static Attempt tryKprobeMulti() {
        if (KernelFeatures.isAtLeast(RELEASE, 6, 14) && !KernelFeatures.isAtLeast(RELEASE, 7, 0)) {
            return new Attempt(Errno.EOPNOTSUPP);
        }
        long program = load(BPF_PROG_TYPE_KPROBE, BpfProgram.TRACE_KPROBE_MULTI, 0);
        if (program < 0) {
            return new Attempt(LibC.errno());
        }
        try (NativeBlock attr = new NativeBlock(BpfProgram.KPROBES_SIZE);
                NativeBlock function = NativeBlock.ofString(FUNCTION);
                NativeBlock names = new NativeBlock(Long.BYTES)) {
            names.buffer().putLong(0, function.address());
            attr.buffer().putInt(0, (int) program).putInt(8, BpfProgram.TRACE_KPROBE_MULTI);
            attr.buffer().putInt(BpfProgram.KPROBES_COUNT, 1).putLong(BpfProgram.KPROBES_NAMES, names.address());
            return closed(
                    LibC.syscall(LibC.SYS_BPF, BPF_LINK_CREATE, attr.address(), BpfProgram.KPROBES_SIZE, 0, 0, 0));
        } finally {
            LibC.close((int) program);
        }
    }

    /** With a file that is not there: a kernel that looks for it has this kind of link, an older one says EINVAL before. */
    private static Attempt tryUprobeMulti() {
        long program = load(BPF_PROG_TYPE_KPROBE, BpfProgram.TRACE_UPROBE_MULTI, 0);
        if (program < 0) {
            return new Attempt(LibC.errno());
        }
        try (NativeBlock attr = new NativeBlock(LINK_ATTR_SIZE);
                NativeBlock path = NativeBlock.ofString("/nonexistent/javelin");
                NativeBlock offsets = new NativeBlock(Long.BYTES)) {
            attr.buffer().putInt(0, (int) program).putInt(8, BpfProgram.TRACE_UPROBE_MULTI);
            attr.buffer().putLong(16, path.address()).putLong(24, offsets.address());
            attr.buffer().putInt(48, 1); // how many offsets
            Attempt attempt =
                    closed(LibC.syscall(LibC.SYS_BPF, BPF_LINK_CREATE, attr.address(), LINK_ATTR_SIZE, 0, 0, 0));
            return attempt.errno() == Errno.ENOENT ? new Attempt(0) : attempt;
        } finally {
            LibC.close((int) program);
        }
    }

    /** A program that does nothing; its descriptor, or -1. */
    private static long load(int type, int attachType, int btfId) {
        try (NativeBlock attr = new NativeBlock(LOAD_ATTR_SIZE);
                NativeBlock instructions = NativeBlock.of(RETURN_ZERO);
                NativeBlock license = NativeBlock.ofString("Dual BSD/GPL")) {
            attr.buffer().putInt(0, type).putInt(4, RETURN_ZERO.length / 8);
            attr.buffer().putLong(8, instructions.address()).putLong(16, license.address());
            attr.buffer().putInt(LOAD_ATTACH_TYPE, attachType).putInt(LOAD_BTF_ID, btfId);
            return LibC.syscall(LibC.SYS_BPF, BPF_PROG_LOAD, attr.address(), LOAD_ATTR_SIZE, 0, 0, 0);
        }
    }

    private static Attempt closed(long fd) {
        if (fd < 0) {
            return new Attempt(LibC.errno());
        }
        LibC.close((int) fd);
        return new Attempt(0);
    }
}
