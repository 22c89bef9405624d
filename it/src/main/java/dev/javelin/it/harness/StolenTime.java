package dev.javelin.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a virtual machine's host took of its CPUs. The kernel leaves it out of its account of threads' CPU time (CONFIG_PARAVIRT_TIME_ACCOUNTING),
 * while those threads are on the CPU by its clock.
 */
public final class StolenTime {
    /** {@code /proc/stat} is in hundredths of a second. */
    private static final long TICK_NANOS = 10_000_000;

    /** After {@code cpu}: user, nice, system, idle, iowait, irq, softirq, steal (proc(5)). */
    private static final int STEAL = 8;

    private StolenTime() {}

    /** Of all CPUs together since the start of the machine, nanoseconds. */
    public static long nanos() throws IOException {
        String all = Files.readAllLines(Path.of("/proc/stat")).get(0);
        return Long.parseLong(all.split(" +", -1)[STEAL]) * TICK_NANOS;
    }
}
