package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibBpf;
import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/**
 * A program attached to one event. Detached by {@link #close()}, at the latest by its {@link BpfObject}'s, and by the kernel when
 * this process ends. Any thread may close it, more than once.
 */
public final class BpfLink implements AutoCloseable {
    /** {@code struct bpf_link_info} (linux/bpf.h), of which only as much is asked for: the kind, and what it missed since Linux 6.7. */
    private static final int INFO_SIZE = 56;

    private static final int INFO_KIND = 16;
    private static final int PERF_EVENT = 7;
    private static final int KRETPROBE = 4;
    private static final int KRETPROBE_MISSED = 48;
    private static final int KPROBE_MULTI = 8;
    private static final int KPROBE_MULTI_MISSED = 32;

    private final BpfObject owner;
    private final String name;
    private final int fd;
    private final LongConsumer detach;
    private long handle;

    private BpfLink(BpfObject owner, String name, int fd, long handle, LongConsumer detach) {
        this.owner = owner;
        this.name = name;
        this.fd = fd;
        this.handle = handle;
        this.detach = detach;
    }

    BpfLink(BpfObject owner, String name, long handle) {
        this(
                owner,
                name,
                LibBpf.bpf_link__fd(handle),
                handle,
                h -> BpfException.check(LibBpf.bpf_link__destroy(h), "detach", name));
    }

    /** A link that the kernel made without libbpf. */
    static BpfLink ofDescriptor(BpfObject owner, String name, int fd) {
        return new BpfLink(owner, name, fd, fd, h -> BpfException.check(LibC.close((int) h), "detach", name));
    }

    /** The program and what it is attached to. */
    @Override
    public String toString() {
        return name;
    }

    /**
     * How many returns of kernel functions had no room in the kernel, in all processes, and so did not make the program run. 0 of other links,
     * and before Linux 6.7, which does not tell.
     */
    public long missedReturns() {
        try (NativeBlock info = new NativeBlock(INFO_SIZE);
                NativeBlock size = new NativeBlock(Integer.BYTES)) {
            size.buffer().putInt(0, INFO_SIZE);
            if (LibBpf.bpf_obj_get_info_by_fd(fd, info.address(), size.address()) < 0) {
                return 0;
            }
            ByteBuffer read = info.buffer();
            int type = read.getInt(0);
            if (type == KPROBE_MULTI) {
                return read.getLong(KPROBE_MULTI_MISSED);
            }
            return type == PERF_EVENT && read.getInt(INFO_KIND) == KRETPROBE ? read.getLong(KRETPROBE_MISSED) : 0;
        }
    }

    @Override
    public void close() {
        owner.disown(this);
        long mine = take();
        if (mine != 0) {
            detach.accept(mine);
        }
    }

    private synchronized long take() {
        long mine = handle;
        handle = 0;
        return mine;
    }
}
