package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibBpf;

/**
 * A program attached to one event. Detached by {@link #close()}, at the latest by its {@link BpfObject}'s, and by the kernel when
 * this process ends. Any thread may close it, more than once.
 */
public final class BpfLink implements AutoCloseable {
    private final BpfObject owner;
    private final String name;
    private long handle;

    BpfLink(BpfObject owner, String name, long handle) {
        this.owner = owner;
        this.name = name;
        this.handle = handle;
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
            BpfException.check(LibBpf.bpf_link__destroy(mine), "detach", name);
        }
    }

    private synchronized long take() {
        long mine = handle;
        handle = 0;
        return mine;
    }
}
