package dev.javelin.collector.probe;

import dev.javelin.collector.session.JavelinException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of the kernel's functions, those of its modules included. They may be read by anybody, unlike the addresses. */
public final class KernelNames {
    private static final Path KALLSYMS = Path.of("/proc/kallsyms");
    /** "0xffffffff81000000-0xffffffff81000040", a tab, and the name. */
    private static final Path BLACKLIST = Path.of("/sys/kernel/debug/kprobes/blacklist");
    /** "ffffffff81000000 T name", perhaps a tab and a module after it. */
    private static final int TYPE_AT = 17;

    private static final int NAME_AT = 19;
    /** Symbols of the padding before functions, and of what is checked before indirect calls. */
    private static final String PADDING = "__pfx_";

    private static final String CHECK = "__cfi_";

    private KernelNames() {}

    /** All functions, sorted, but those parts that compilers split off, whose names have dots. */
    public static SortedSet<String> all() {
        return read(KALLSYMS);
    }

    static SortedSet<String> read(Path kallsyms) {
        SortedSet<String> names = new TreeSet<>();
        try (BufferedReader lines = Files.newBufferedReader(kallsyms, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.length() > NAME_AT && "tTwW".indexOf(line.charAt(TYPE_AT)) >= 0) {
                    int tab = line.indexOf('\t');
                    String name = line.substring(NAME_AT, tab < 0 ? line.length() : tab);
                    if (name.indexOf('.') < 0 && !name.startsWith(PADDING) && !name.startsWith(CHECK)) {
                        names.add(name);
                    }
                }
            }
        } catch (IOException e) {
            throw JavelinException.failed("the kernel's functions cannot be read: " + e.getMessage(), e);
        }
        return names;
    }

    /** Functions of the kernel itself that ftrace, and with it fentry, can be attached to; empty if that may not be read. */
    static Set<String> traceable() {
        Path events = Tracepoints.events();
        if (events == null) {
            return Set.of();
        }
        try (Stream<String> lines =
                Files.lines(events.resolveSibling("available_filter_functions"), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.indexOf(' ') < 0)
                    .collect(Collectors.toSet()); // those of modules have theirs behind
        } catch (IOException | UncheckedIOException e) {
            return Set.of();
        }
    }

    /** Functions in which the kernel refuses probes, since those go through them themselves; empty if that may not be read. */
    static Set<String> refused() {
        return refused(BLACKLIST);
    }

    static Set<String> refused(Path blacklist) {
        try (Stream<String> lines = Files.lines(blacklist, StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.substring(line.indexOf('\t') + 1)).collect(Collectors.toSet());
        } catch (IOException | UncheckedIOException e) {
            return Set.of(); // the kernel refuses them when they are attached
        }
    }
}
