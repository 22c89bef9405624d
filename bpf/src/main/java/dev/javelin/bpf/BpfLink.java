package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibBpf;
import dev.javelin.bpf.jna.LibC;
import java.util.function.LongConsumer;

/**
 * A program attached to one event. Detached by {@link #close()}, at the latest by its {@link BpfObject}'s, and by the kernel when
 * this process ends. Any thread may close it, more than once.
 */
public final class BpfLink implements AutoCloseable {
    private final BpfObject owner;
    private final String name;
    private final LongConsumer detach;
    private long handle;

    private BpfLink(BpfObject owner, String name, long handle, LongConsumer detach) {
        this.owner = owner;
        this.name = name;
        this.handle = handle;
        this.detach = detach;
    }

    BpfLink(BpfObject owner, String name, long handle) {
        this(owner, name, handle, h -> BpfException.check(LibBpf.bpf_link__destroy(h), "detach", name));
    }

    /** A link that the kernel made without libbpf. */
    static BpfLink ofDescriptor(BpfObject owner, String name, int fd) {
        return new BpfLink(owner, name, fd, h -> BpfException.check(LibC.close((int) h), "detach", name));
    }

    /** The program and what it is attached to. */
    @Override
    public String toString() {
        return name;
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
