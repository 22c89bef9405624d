package dev.javelin.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A cgroup with a quota of CPU time, of the second version where it has the controller, else of the first. Removed when it is closed. */
public final class CpuQuota implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final int PERIOD_MICROS = 100_000;
    private static final int NANOS_PER_MICRO = 1_000;

    private final Path parent;
    private final Path directory;
    private final boolean second;

    private CpuQuota(Path parent, boolean second) throws IOException {
        this.parent = parent;
        this.second = second;
        this.directory =
                parent.resolve("javelin-test-" + ProcessHandle.current().pid());
        Files.createDirectory(directory);
    }

    /** Makes one with so many percent of a CPU; empty where none can be made. */
    public static Optional<CpuQuota> ofPercent(int percent) {
        try {
            Path controllers = ROOT.resolve("cgroup.controllers");
            boolean second =
                    Files.exists(controllers) && Files.readString(controllers).contains("cpu ");
            if (!second && !Files.exists(ROOT.resolve("cpu/cpu.cfs_quota_us"))) {
                return Optional.empty();
            }
            if (second) {
                Files.writeString(ROOT.resolve("cgroup.subtree_control"), "+cpu");
            }
            CpuQuota quota = new CpuQuota(second ? ROOT : ROOT.resolve("cpu"), second);
            int micros = PERIOD_MICROS * percent / 100;
            if (second) {
                quota.write("cpu.max", micros + " " + PERIOD_MICROS);
            } else {
                quota.write("cpu.cfs_period_us", Integer.toString(PERIOD_MICROS));
                quota.write("cpu.cfs_quota_us", Integer.toString(micros));
            }
            return Optional.of(quota);
        } catch (IOException e) {
            return Optional.empty(); // read only, or not allowed
        }
    }

    private void write(String file, String value) throws IOException {
        Files.writeString(directory.resolve(file), value);
    }

    /** Puts a process under the quota. */
    public void add(long pid) {
        try {
            write("cgroup.procs", Long.toString(pid));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes a process out again. */
    public void release(long pid) {
        try {
            Files.writeString(parent.resolve("cgroup.procs"), Long.toString(pid));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long the kernel says that the group was held back, added up over CPUs; nanoseconds. */
    public long throttledNanos() {
        try {
            for (String line : Files.readAllLines(directory.resolve("cpu.stat"))) {
                String[] words = line.split(" ", -1);
                if (words[0].equals("throttled_usec")) {
                    return Long.parseLong(words[1]) * NANOS_PER_MICRO;
                }
                if (words[0].equals("throttled_time")) {
                    return Long.parseLong(words[1]);
                }
            }
            throw new IllegalStateException("no time in cpu.stat of " + (second ? "version 2" : "version 1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The processes in it, if they live, go back to where all others are. */
    @Override
    public void close() {
        try {
            for (String pid : Files.readAllLines(directory.resolve("cgroup.procs"))) {
                release(Long.parseLong(pid));
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
