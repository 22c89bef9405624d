package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.nio.ByteBuffer;

/**
 * An open perf event: one counter or timer on one CPU or of one task, disabled until a program is attached or {@link #enable()} is
 * called. Counted only while the CPU is not idle.
 *
 * <p>Any thread may call; closed once by its owner.
 */
public final class PerfEvent implements AutoCloseable {
    /** {@code struct perf_event_attr} (linux/perf_event.h): its fifth published size, which every kernel since 4.1 takes. */
    static final int ATTR_SIZE = 112;

    static final int ATTR_TYPE = 0;
    static final int ATTR_SIZE_AT = 4;
    static final int ATTR_CONFIG = 8;
    static final int ATTR_PERIOD = 16;
    static final int ATTR_FLAGS = 40;
    static final long FLAG_DISABLED = 1;
    static final long FLAG_EXCLUDE_USER = 1 << 4;
    static final long FLAG_EXCLUDE_KERNEL = 1 << 5;
    static final long FLAG_EXCLUDE_IDLE = 1 << 7;
    static final long FLAG_FREQUENCY = 1 << 10;

    static final long IOC_ENABLE = 0x2400;
    static final long IOC_DISABLE = 0x2401;

    private static final long CLOSE_ON_EXEC = 8;

    private final PerfAttr attr;
    private final String where;
    private volatile int fd;

    private PerfEvent(PerfAttr attr, String where, int fd) {
        this.attr = attr;
        this.where = where;
        this.fd = fd;
    }

    /** {@link PerfAttr#cpuClock} on one CPU, for every task on it. */
    public static PerfEvent cpuClock(int cpu, long periodNanos) {
        return open(PerfAttr.cpuClock(periodNanos), -1, cpu);
    }

    /** {@link PerfAttr#taskClock} of one task, wherever it runs; children are not followed. */
    public static PerfEvent taskClock(int tid, long periodNanos) {
        return open(PerfAttr.taskClock(periodNanos), tid, -1);
    }

    /** {@link PerfAttr#named} on one CPU, for every task on it. */
    public static PerfEvent hardware(String name, int cpu, long period) {
        return open(PerfAttr.named(name, period), -1, cpu);
    }

    /**
     * Opens an event, disabled.
     *
     * @param tid a task, or -1 for all (then a CPU must be given)
     * @param cpu a CPU, or -1 for all (then a task must be given)
     * @throws BpfException with what to do about it
     */
    public static PerfEvent open(PerfAttr attr, int tid, int cpu) {
        BpfException.requireNative();
        String where = attr.name() + (cpu < 0 ? " of task " + tid : " on CPU " + cpu);
        try (NativeBlock block = new NativeBlock(ATTR_SIZE)) {
            fill(block.buffer(), attr);
            long fd = LibC.syscall(LibC.SYS_PERF_EVENT_OPEN, block.address(), tid, cpu, -1, CLOSE_ON_EXEC, 0);
            if (fd < 0) {
                int errno = LibC.errno();
                throw new BpfException("perf_event_open", where, errno, advice(attr, errno));
            }
            return new PerfEvent(attr, where, (int) fd);
        }
    }

    private static void fill(ByteBuffer buffer, PerfAttr attr) {
        long flags = FLAG_DISABLED | FLAG_EXCLUDE_IDLE;
        flags |= attr.user() ? 0 : FLAG_EXCLUDE_USER;
        flags |= attr.kernel() ? 0 : FLAG_EXCLUDE_KERNEL;
        flags |= attr.frequency() > 0 ? FLAG_FREQUENCY : 0;
        buffer.putInt(ATTR_TYPE, attr.type())
                .putInt(ATTR_SIZE_AT, ATTR_SIZE)
                .putLong(ATTR_CONFIG, attr.config())
                .putLong(ATTR_PERIOD, Math.max(attr.period(), attr.frequency()))
                .putLong(ATTR_FLAGS, flags);
    }

    private static String advice(PerfAttr attr, int errno) {
        return switch (errno) {
            case Errno.ENOENT, Errno.ENODEV, Errno.EOPNOTSUPP ->
                attr.isHardware()
                        ? "this machine offers no such hardware counter (virtual machines often have none); use -e cpu"
                        : "this kernel has no such event";
            case Errno.EACCES, Errno.EPERM ->
                "needs root or CAP_PERFMON, or sysctl kernel.perf_event_paranoid=" + (attr.kernel() ? "-1" : "0");
            case Errno.EINVAL ->
                attr.frequency() > 0 ? "the frequency may be above sysctl kernel.perf_event_max_sample_rate" : "";
            case Errno.EMFILE -> "too many open files; raise ulimit -n";
            default -> "";
        };
    }

    public PerfAttr attr() {
        return attr;
    }

    /** The event's file descriptor; it stays this object's. */
    public int fd() {
        return fd;
    }

    public void enable() {
        BpfException.check(LibC.ioctl(fd, IOC_ENABLE, 0), "enable", where);
    }

    public void disable() {
        BpfException.check(LibC.ioctl(fd, IOC_DISABLE, 0), "disable", where);
    }

    /** The counter's value: nanoseconds for the clocks. */
    public long count() {
        try (NativeBlock value = new NativeBlock(Long.BYTES)) {
            BpfException.check(LibC.read(fd, value.address(), Long.BYTES), "read", where);
            return value.buffer().getLong(0);
        }
    }

    int duplicate() {
        return (int) BpfException.check(LibC.fcntl(fd, LibC.F_DUPFD_CLOEXEC, 0), "duplicate", where);
    }

    @Override
    public String toString() {
        return where;
    }

    @Override
    public synchronized void close() {
        if (fd >= 0) {
            LibC.close(fd);
            fd = -1;
        }
    }
}
