package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibBpf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The machine's CPUs, as the kernel numbers them. Any thread may call. */
public final class Cpus {
    private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");

    private Cpus() {}

    /** CPUs that run now, ascending; not limited by this process's affinity or cgroup. */
    public static int[] online() {
        try {
            return parse(Files.readString(ONLINE).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("read " + ONLINE, e);
        }
    }

    /** How many CPUs there may ever be: the number of values in an element of a per-CPU map. */
    public static int possible() {
        return (int) BpfException.check(LibBpf.libbpf_num_possible_cpus(), "count possible CPUs", "");
    }

    /** The kernel's list format, {@code "0-3,5"}. */
    static int[] parse(String list) {
        return Arrays.stream(list.split(",", -1)).flatMapToInt(Cpus::range).toArray();
    }

    private static IntStream range(String part) {
        int dash = part.indexOf('-');
        return dash < 0
                ? IntStream.of(Integer.parseInt(part))
                : IntStream.rangeClosed(
                        Integer.parseInt(part.substring(0, dash)), Integer.parseInt(part.substring(dash + 1)));
    }
}
