package dev.javelin.collector.proc;

import java.io.IOException;

/** The process does not exist, or ended while it was looked at. */
public final class ProcessGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int pid;

    ProcessGoneException(int pid) {
        super("process " + pid + " does not exist");
        this.pid = pid;
    }

    /** The process that is gone. */
    public int pid() {
        return pid;
    }
}
