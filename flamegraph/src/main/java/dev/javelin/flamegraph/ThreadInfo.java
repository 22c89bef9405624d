package dev.javelin.flamegraph;

import java.util.Objects;

/**
 * A thread of a target.
 *
 * @param pid process id in the collector's namespace
 * @param tid kernel thread id in the collector's namespace
 * @param osName the kernel's name (at most 15 bytes)
 * @param javaName the name of the {@code java.lang.Thread}, or null if it is none or could not be read
 */
public record ThreadInfo(int pid, int tid, String osName, String javaName) {
    /** A missing kernel name becomes the empty string. */
    public ThreadInfo {
        osName = Objects.requireNonNullElse(osName, "");
    }

    /** The best name known: Java's, else the kernel's. */
    public String name() {
        return javaName != null ? javaName : osName;
    }

    /** The name with the kernel's thread id, as shown in per-thread graphs: {@code [main tid=123]}. */
    public String label() {
        return "[" + name() + " tid=" + tid + "]";
    }
}
