package dev.javelin.collector.cli;

import dev.javelin.collector.session.JavelinException;

/** By what means a recording is made. */
enum Mode {
    /** By the kernel's BPF, from outside. */
    KERNEL,
    /** By a library inside the process, without privileges. */
    USER,
    /** Kernel mode where that is possible, else user-space mode; for an application that was started with the agent. */
    AUTO;

    /**
     * The mode with a name.
     *
     * @param forAgent whether the target itself asks
     * @throws JavelinException if there is none
     */
    static Mode of(String name, boolean forAgent) {
        return switch (name) {
            case "kernel" -> KERNEL;
            case "user" -> USER;
            case "auto" -> {
                if (!forAgent) {
                    throw JavelinException.usage("--mode auto: nothing is loaded into a running process unasked, and"
                            + " 'auto' is for an application that starts with the agent; say --mode user");
                }
                yield AUTO;
            }
            default -> throw JavelinException.usage("--mode " + name + ": known are kernel and user");
        };
    }
}
