package dev.javelin.collector.proc;

/**
 * The memory asked for is not mapped in the target, or the target is gone. Made without a stack trace: reading through stale pointers is
 * ordinary here, and must be cheap.
 */
public final class MemoryUnreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long address;
    private final boolean targetGone;

    MemoryUnreadable(int pid, long address, boolean targetGone) {
        super(message(pid, address, targetGone), null, false, false);
        this.address = address;
        this.targetGone = targetGone;
    }

    private static String message(int pid, long address, boolean targetGone) {
        return targetGone
                ? "process " + pid + " ended or became another program"
                : "no readable memory at 0x" + Long.toHexString(address) + " in process " + pid;
    }

    /** The first address that could not be read. */
    public long address() {
        return address;
    }

    /** Whether the whole address space is gone: the target ended or called exec. */
    public boolean targetGone() {
        return targetGone;
    }
}
