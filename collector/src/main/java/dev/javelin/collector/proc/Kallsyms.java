package dev.javelin.collector.proc;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The kernel's function names by address, from {@code /proc/kallsyms}: "address type name [module]" a line, with types T, W and t for code
 * (nm(1)). Read at the first question, and again, now and then, for addresses that are not known: modules and BPF programs come and go. About
 * 30 bytes a function. Any thread may ask.
 *
 * <p>Not kept: data; the {@code __pfx_} symbols of the padding before functions (since Linux 6.3); addresses outside the upper 4 GiB, where
 * x86-64 has no kernel code.
 */
public final class Kallsyms {
    /** No function is as long; beyond that an address after the last known symbol has no name. */
    private static final long LONGEST_FUNCTION = 1 << 20;

    /** Reading it all takes some 100 ms. */
    private static final Duration USUAL_PAUSE = Duration.ofSeconds(10);

    private final Path file;
    private final long pauseNanos;
    private KallsymsTable table;
    private long loadedAt;
    private String unavailable;

    /** The running kernel's symbols. */
    public Kallsyms() {
        this(Path.of("/proc/kallsyms"));
    }

    /** Symbols in a file of the same form. */
    public Kallsyms(Path file) {
        this(file, USUAL_PAUSE);
    }

    /** With at least this pause between two readings. */
    Kallsyms(Path file, Duration pause) {
        this.file = file;
        this.pauseNanos = pause.toNanos();
    }

    /** The kernel function at an address; null if it is unknown. */
    public String resolve(long address) {
        KallsymsTable symbols = table();
        int index = indexAt(symbols, address);
        if (index < 0 && isKernelCode(address)) {
            symbols = reloaded();
            index = indexAt(symbols, address);
        }
        return index < 0 ? null : symbols.name(index);
    }

    /** Whether a function is part of how the kernel calls a BPF program at a tracepoint. */
    public boolean isProbing(long address) {
        String name = resolve(address);
        return name != null
                && (name.startsWith("bpf_prog_")
                        || name.startsWith("bpf_trampoline_")
                        || name.startsWith("bpf_trace_run")
                        || name.startsWith("__bpf_trace_")
                        || name.startsWith("__traceiter_"));
    }

    /** The module of the function at an address: "ext4"; null if it is part of the kernel image, or unknown. */
    public String module(long address) {
        KallsymsTable symbols = table();
        int index = indexAt(symbols, address);
        return index < 0 ? null : symbols.module(index);
    }

    /** Number of functions known. */
    public int size() {
        return table().size();
    }

    /** Why there are no kernel symbols, and what to do; null if there are. */
    public synchronized String unavailableReason() {
        table();
        return unavailable;
    }

    private static int indexAt(KallsymsTable symbols, long address) {
        if (!isKernelCode(address)) {
            return -1;
        }
        int index = symbols.floor((int) address);
        return index < 0 || address - symbols.address(index) >= LONGEST_FUNCTION ? -1 : index;
    }

    private static boolean isKernelCode(long address) {
        return address >>> 32 == 0xffffffffL;
    }

    private synchronized KallsymsTable table() {
        if (table == null) {
            table = load();
            loadedAt = System.nanoTime();
        }
        return table;
    }

    private synchronized KallsymsTable reloaded() {
        if (unavailable == null && System.nanoTime() - loadedAt >= pauseNanos) {
            KallsymsTable before = table;
            table = null;
            if (table().size() == 0) {
                table = before;
            }
        }
        return table();
    }

    private KallsymsTable load() {
        KallsymsParser parser = new KallsymsParser();
        try (InputStream in = new FileInputStream(file.toString())) {
            parser.read(in);
        } catch (FileNotFoundException e) {
            unavailable =
                    "no kernel symbols: cannot open " + file + " (a kernel without CONFIG_KALLSYMS, or no permission)";
        } catch (IOException e) {
            unavailable = "no kernel symbols: cannot read " + file + ": " + e.getMessage();
        }
        KallsymsTable loaded = parser.table();
        if (loaded.size() == 0 && unavailable == null) {
            unavailable = parser.lines() == 0 ? "no kernel symbols: " + file + " is empty" : hidden();
        }
        return loaded;
    }

    /** From 2 on even root sees zeros; below that CAP_SYSLOG suffices (kallsyms_show_value in kernel/ksyms_common.c). */
    private static String hidden() {
        String restriction = restriction();
        String remedy = restriction.equals("2") ? "sysctl kernel.kptr_restrict=1, then run" : "run";
        return "no kernel symbols: the kernel hides their addresses (kernel.kptr_restrict is " + restriction + "): "
                + remedy + " as root or with CAP_SYSLOG";
    }

    private static String restriction() {
        try {
            return new String(Files.readAllBytes(Path.of("/proc/sys/kernel/kptr_restrict")), StandardCharsets.US_ASCII)
                    .trim();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
