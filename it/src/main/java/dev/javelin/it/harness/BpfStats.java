package dev.javelin.it.harness;

/** Has the kernel count how often each BPF program runs, and for how long, until it is closed. Root's. */
public final class BpfStats implements AutoCloseable {
    private static final String SWITCH = "kernel.bpf_stats_enabled";

    private final String before = Child.run("sysctl", "-n", SWITCH).ok().out().strip();

    private BpfStats() {
        set("1");
    }

    /** From now on. */
    public static BpfStats on() {
        return new BpfStats();
    }

    private static void set(String value) {
        Child.run("sysctl", "-q", SWITCH + "=" + value).ok();
    }

    @Override
    public void close() {
        set(before);
    }
}
