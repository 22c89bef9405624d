package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibBpf;
import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * One program of a loaded {@link BpfObject}, which owns it and its links. A cookie is what {@code bpf_get_attach_cookie()} gives the
 * program for events of that link.
 *
 * <p>Any thread may call; calls on programs of one object wait for each other.
 */
public final class BpfProgram {
    /** Offsets in {@code struct bpf_prog_info} (linux/bpf.h): each unsigned 64 bits. */
    static final int INFO_RUN_TIME_NS = 192;

    static final int INFO_RUN_COUNT = 200;
    static final int INFO_RECURSION_MISSES = 208;
    /** 32 bits. */
    static final int INFO_VERIFIED_INSNS = 216;

    static final int INFO_SIZE = 232;

    /** Option structs of libbpf 1.1 (bpf/libbpf.h): each starts with its size. */
    static final int COOKIE_OPTS_SIZE = 16;

    static final int COOKIE_OPTS_COOKIE = 8;
    static final int KPROBE_OPTS_SIZE = 32;
    static final int KPROBE_OPTS_COOKIE = 8;
    static final int KPROBE_OPTS_OFFSET = 16;
    static final int KPROBE_OPTS_RETURN = 24;
    static final int UPROBE_OPTS_SIZE = 40;
    static final int UPROBE_OPTS_SEMAPHORE = 8;
    static final int UPROBE_OPTS_COOKIE = 16;
    static final int UPROBE_OPTS_RETURN = 24;

    /** linux/bpf.h since 6.6, which libbpf 1.1 does not know: a command, an attach type, a flag, and {@code link_create.uprobe_multi}. */
    private static final int LINK_CREATE = 28;

    static final int TRACE_UPROBE_MULTI = 48;
    private static final int UPROBE_MULTI_RETURN = 1;
    private static final int MULTI_ATTACH_TYPE = 8;
    private static final int MULTI_PATH = 16;
    private static final int MULTI_OFFSETS = 24;
    private static final int MULTI_SEMAPHORES = 32;
    private static final int MULTI_COOKIES = 40;
    private static final int MULTI_COUNT = 48;
    private static final int MULTI_FLAGS = 52;
    private static final int MULTI_PID = 56;
    private static final int MULTI_SIZE = 64;

    /** linux/bpf.h since 5.18: an attach type, a flag, and {@code link_create.kprobe_multi}. */
    static final int TRACE_KPROBE_MULTI = 42;

    private static final int KPROBE_MULTI_RETURN = 1;
    static final int KPROBES_FLAGS = 16;
    static final int KPROBES_COUNT = 20;
    static final int KPROBES_NAMES = 24;
    static final int KPROBES_COOKIES = 40;
    static final int KPROBES_SIZE = 48;

    /** linux/bpf.h: an attach type; {@code link_create.iter_info}, its length, and in {@code union bpf_iter_link_info} the process. */
    private static final int TRACE_ITER = 28;

    private static final int ITER_ATTACH_TYPE = 8;
    private static final int ITER_INFO = 16;
    private static final int ITER_INFO_SIZE = 24;
    private static final int ITER_SIZE = 32;
    private static final int INFO_PID = 4;
    private static final int INFO_BYTES = 16;

    private static final String REFUSED = "the kernel allows no probe there: the function is on its blacklist"
            + " (/sys/kernel/debug/kprobes/blacklist), or no instruction begins at the offset";

    private static final String AMBIGUOUS =
            "several functions of the kernel have this name: probe one that calls it, or that it calls";

    private final BpfObject owner;
    private final long handle;
    private final String name;
    private final int fd;

    BpfProgram(BpfObject owner, long handle) {
        this.owner = owner;
        this.handle = handle;
        name = LibBpf.bpf_program__name(handle);
        fd = (int) BpfException.check(LibBpf.bpf_program__fd(handle), "find program", name);
    }

    public String name() {
        return name;
    }

    /** The program's file descriptor; it is the object's, not the caller's, to close. */
    public int fd() {
        return fd;
    }

    /** Instructions as loaded, subprograms included. */
    public long insnCount() {
        owner.requireLoaded();
        return LibBpf.bpf_program__insn_cnt(handle);
    }

    /** Attaches as the SEC() of the C source says. */
    public BpfLink attach() {
        synchronized (owner) {
            before();
            return link(name, LibBpf.bpf_program__attach(handle));
        }
    }

    /** Attaches to a perf event and starts it; the event stays the caller's to close. */
    public BpfLink attachPerfEvent(PerfEvent event) {
        return attachPerfEvent(event, 0);
    }

    public BpfLink attachPerfEvent(PerfEvent event, long cookie) {
        synchronized (owner) {
            before();
            // libbpf closes the descriptor with the link: give it one of its own.
            int own = event.duplicate();
            try (NativeBlock options = cookieOptions(cookie)) {
                long link = LibBpf.bpf_program__attach_perf_event_opts(handle, own, options.address());
                if (link == 0) {
                    BpfException failure = failure(name + " to " + event);
                    LibC.close(own);
                    throw failure;
                }
                return link(name + " to " + event, link);
            }
        }
    }

    /** Attaches to a raw tracepoint, {@code "sys_enter"}; there is no cookie. */
    public BpfLink attachRawTracepoint(String tracepoint) {
        synchronized (owner) {
            before();
            return link(name + " to " + tracepoint, LibBpf.bpf_program__attach_raw_tracepoint(handle, tracepoint));
        }
    }

    /** Attaches to a classic tracepoint, {@code "sched", "sched_switch"}; needs {@link Tracefs}. */
    public BpfLink attachTracepoint(String category, String tracepoint, long cookie) {
        String at = category + ":" + tracepoint;
        int id = Tracefs.id(category, tracepoint);
        if (id < 0) {
            throw new BpfException("attach", name + " to " + at, Errno.ENOENT, advice(Errno.ENOENT));
        }
        // one event serves all CPUs: the kernel runs the programs of a tracepoint wherever it is hit
        try (PerfEvent event = PerfEvent.open(PerfAttr.tracepoint(at, id), -1, 0)) {
            return attachPerfEvent(event, cookie);
        }
    }

    /** {@link #attachUprobe(int, String, long, boolean, long, long)} without a semaphore. */
    public BpfLink attachUprobe(int pid, String path, long offset, boolean onReturn, long cookie) {
        return attachUprobe(pid, path, offset, onReturn, cookie, 0);
    }

    /**
     * Attaches to an instruction of a file.
     *
     * @param pid the process, or -1 for all
     * @param offset in the file, in bytes
     * @param onReturn fire when the function that starts there returns
     * @param semaphore file offset of the USDT semaphore to count up while attached; 0 for none
     */
    public BpfLink attachUprobe(int pid, String path, long offset, boolean onReturn, long cookie, long semaphore) {
        synchronized (owner) {
            before();
            try (NativeBlock options = new NativeBlock(UPROBE_OPTS_SIZE)) {
                options.buffer()
                        .putLong(0, UPROBE_OPTS_SIZE)
                        .putLong(UPROBE_OPTS_SEMAPHORE, semaphore)
                        .putLong(UPROBE_OPTS_COOKIE, cookie)
                        .put(UPROBE_OPTS_RETURN, (byte) (onReturn ? 1 : 0));
                return link(
                        name + " to " + path + "+0x" + Long.toHexString(offset),
                        LibBpf.bpf_program__attach_uprobe_opts(handle, pid, path, offset, options.address()));
            }
        }
    }

    /**
     * Attaches to many instructions of a file by one link, in milliseconds for thousands. The program must have been chosen for that
     * by {@link BpfObject#forUprobeMulti}. Needs {@link KernelFeatures#hasUprobeMulti()}, and no CAP_SYS_ADMIN.
     *
     * @param pid the process
     * @param onReturn fire when the functions that start there return
     * @param cookie the lower half of their cookies
     * @param places at least one
     */
    public BpfLink attachUprobes(int pid, String path, boolean onReturn, int cookie, List<UprobePlace> places) {
        synchronized (owner) {
            before();
            int bytes = places.size() * Long.BYTES;
            try (NativeBlock attr = new NativeBlock(MULTI_SIZE);
                    NativeBlock file = NativeBlock.ofString(path);
                    NativeBlock offsets = new NativeBlock(bytes);
                    NativeBlock semaphores = new NativeBlock(bytes);
                    NativeBlock cookies = new NativeBlock(bytes)) {
                for (UprobePlace place : places) {
                    offsets.buffer().putLong(place.offset());
                    semaphores.buffer().putLong(place.semaphore());
                    cookies.buffer().putLong((long) place.number() << 32 | cookie);
                }
                attr.buffer()
                        .putInt(0, fd)
                        .putInt(MULTI_ATTACH_TYPE, TRACE_UPROBE_MULTI)
                        .putLong(MULTI_PATH, file.address())
                        .putLong(MULTI_OFFSETS, offsets.address())
                        .putLong(MULTI_SEMAPHORES, semaphores.address())
                        .putLong(MULTI_COOKIES, cookies.address())
                        .putInt(MULTI_COUNT, places.size())
                        .putInt(MULTI_FLAGS, onReturn ? UPROBE_MULTI_RETURN : 0)
                        .putInt(MULTI_PID, pid);
                String what = name + " to " + places.size() + " places in " + path;
                long link = LibC.syscall(LibC.SYS_BPF, LINK_CREATE, attr.address(), MULTI_SIZE, 0, 0, 0);
                if (link < 0) {
                    throw failure(what);
                }
                return owner.own(BpfLink.ofDescriptor(owner, what, (int) link));
            }
        }
    }

    /** Attaches to a kernel function, at an offset in bytes or, with {@code onReturn}, where it returns. */
    public BpfLink attachKprobe(String function, long offset, boolean onReturn, long cookie) {
        synchronized (owner) {
            before();
            try (NativeBlock options = new NativeBlock(KPROBE_OPTS_SIZE)) {
                options.buffer()
                        .putLong(0, KPROBE_OPTS_SIZE)
                        .putLong(KPROBE_OPTS_COOKIE, cookie)
                        .putLong(KPROBE_OPTS_OFFSET, offset)
                        .put(KPROBE_OPTS_RETURN, (byte) (onReturn ? 1 : 0));
                String what = name + " to " + function;
                long link = LibBpf.bpf_program__attach_kprobe_opts(handle, function, options.address());
                int errno = link == 0 ? LibC.errno() : 0;
                if (errno == Errno.EINVAL || errno == Errno.EILSEQ) {
                    throw new BpfException("attach", what, errno, REFUSED, Messages.take());
                }
                if (errno == Errno.EADDRNOTAVAIL) {
                    throw new BpfException("attach", what, errno, AMBIGUOUS, Messages.take());
                }
                return link(what, link);
            }
        }
    }

    /**
     * Attaches to the entries of many kernel functions by one link, or with {@code onReturn} to their returns, in milliseconds for
     * hundreds. Needs {@link KernelProbes#kprobeMulti()}.
     *
     * @param functions at least one; of several with the same name one is probed
     * @throws BpfException with ESRCH, EINVAL or ENOENT if the kernel cannot trace one of them
     */
    public BpfLink attachKprobes(List<String> functions, boolean onReturn, ToLongFunction<String> cookie) {
        synchronized (owner) {
            before();
            int bytes = functions.size() * Long.BYTES;
            try (NativeBlock attr = new NativeBlock(KPROBES_SIZE);
                    NativeBlock texts = NativeBlock.ofString(String.join("\0", functions));
                    NativeBlock names = new NativeBlock(bytes);
                    NativeBlock cookies = new NativeBlock(bytes)) {
                long at = texts.address();
                for (String function : functions) {
                    names.buffer().putLong(at);
                    cookies.buffer().putLong(cookie.applyAsLong(function));
                    at += function.length() + 1; // in C names are of ASCII
                }
                attr.buffer()
                        .putInt(0, fd)
                        .putInt(MULTI_ATTACH_TYPE, TRACE_KPROBE_MULTI)
                        .putInt(KPROBES_FLAGS, onReturn ? KPROBE_MULTI_RETURN : 0)
                        .putInt(KPROBES_COUNT, functions.size())
                        .putLong(KPROBES_NAMES, names.address())
                        .putLong(KPROBES_COOKIES, cookies.address());
                String what = name + " to "
                        + (functions.size() == 1 ? functions.get(0) : functions.size() + " functions of the kernel");
                long link = LibC.syscall(LibC.SYS_BPF, LINK_CREATE, attr.address(), KPROBES_SIZE, 0, 0, 0);
                if (link < 0) {
                    throw failure(what);
                }
                return owner.own(BpfLink.ofDescriptor(owner, what, (int) link));
            }
        }
    }

    /**
     * Runs an {@code iter/task} program once for each thread of a process, in this thread.
     *
     * @throws BpfException when the kernel refuses, or the process is gone
     */
    public void runForThreads(int pid) {
        synchronized (owner) {
            before();
            String what = name + " for the threads of process " + pid;
            int link = iterator(pid, what);
            try {
                int reader = (int) BpfException.check(LibBpf.bpf_iter_create(link), "start", what);
                try {
                    readToEnd(reader, what);
                } finally {
                    LibC.close(reader);
                }
            } finally {
                LibC.close(link);
            }
        }
    }

    private int iterator(int pid, String what) {
        try (NativeBlock attr = new NativeBlock(ITER_SIZE);
                NativeBlock info = new NativeBlock(INFO_BYTES)) {
            info.buffer().putInt(INFO_PID, pid);
            attr.buffer()
                    .putInt(0, fd)
                    .putInt(ITER_ATTACH_TYPE, TRACE_ITER)
                    .putLong(ITER_INFO, info.address())
                    .putInt(ITER_INFO_SIZE, INFO_BYTES);
            long link = LibC.syscall(LibC.SYS_BPF, LINK_CREATE, attr.address(), ITER_SIZE, 0, 0, 0);
            if (link < 0) {
                throw failure(what);
            }
            return (int) link;
        }
    }

    /** The program writes no text: the reader ends when it has seen every thread, and says EAGAIN when it pauses before. */
    private static void readToEnd(int reader, String what) {
        try (NativeBlock text = new NativeBlock(Long.BYTES)) {
            long read;
            do {
                read = LibC.read(reader, text.address(), Long.BYTES);
            } while (read > 0 || (read < 0 && (LibC.errno() == Errno.EAGAIN || LibC.errno() == Errno.EINTR)));
            BpfException.check(read, "run", what);
        }
    }

    /** The kernel's own counters for this program. */
    public ProgramStats stats() {
        owner.requireLoaded();
        try (NativeBlock info = new NativeBlock(INFO_SIZE);
                NativeBlock size = new NativeBlock(Integer.BYTES)) {
            size.buffer().putInt(0, INFO_SIZE);
            int result = LibBpf.bpf_obj_get_info_by_fd(fd, info.address(), size.address());
            BpfException.check(result, "read the statistics of", name);
            ByteBuffer read = info.buffer();
            return new ProgramStats(
                    read.getLong(INFO_RUN_TIME_NS),
                    read.getLong(INFO_RUN_COUNT),
                    read.getLong(INFO_RECURSION_MISSES),
                    read.getInt(INFO_VERIFIED_INSNS) & 0xffffffffL);
        }
    }

    private static NativeBlock cookieOptions(long cookie) {
        NativeBlock options = new NativeBlock(COOKIE_OPTS_SIZE);
        options.buffer().putLong(0, COOKIE_OPTS_SIZE).putLong(COOKIE_OPTS_COOKIE, cookie);
        return options;
    }

    private void before() {
        owner.requireLoaded();
        Messages.clear();
    }

    private BpfLink link(String what, long link) {
        if (link == 0) {
            throw failure(what);
        }
        return owner.own(new BpfLink(owner, what, link));
    }

    private static BpfException failure(String what) {
        int errno = LibC.errno();
        return new BpfException("attach", what, errno, advice(errno), Messages.take());
    }

    private static String advice(int errno) {
        return switch (errno) {
            case Errno.EPERM, Errno.EACCES ->
                "needs root, or CAP_BPF and CAP_PERFMON; uprobes (before Linux 6.10) and kprobes need CAP_SYS_ADMIN, and the"
                        + " kernel's lockdown may forbid them";
            case Errno.ENOENT ->
                KernelFeatures.hasTracefs()
                        ? "there is no such function, tracepoint or file, or this kernel has no such kind of probe"
                        : "no such function, tracepoint or file; tracefs, which classic tracepoints need, is not mounted, and"
                                + " mounting it for this process needs CAP_SYS_ADMIN (mount -t tracefs tracefs /sys/kernel/tracing)";
            case Errno.EMFILE -> "too many open files; raise ulimit -n";
            default -> "";
        };
    }
}
