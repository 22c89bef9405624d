package dev.javelin.collector.probe;

import dev.javelin.collector.session.JavelinException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
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
        return addresses().navigableKeySet();
    }

    /** The same with their addresses; 0 of those that may not be seen, and of names that several functions have. */
    static NavigableMap<String, Long> addresses() {
        return addresses(KALLSYMS);
    }

    static NavigableMap<String, Long> addresses(Path kallsyms) {
        NavigableMap<String, Long> names = new TreeMap<>();
        try (BufferedReader lines = Files.newBufferedReader(kallsyms, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.length() > NAME_AT && "tTwW".indexOf(line.charAt(TYPE_AT)) >= 0) {
                    int tab = line.indexOf('\t');
                    String name = line.substring(NAME_AT, tab < 0 ? line.length() : tab);
                    if (name.indexOf('.') < 0 && !name.startsWith(PADDING) && !name.startsWith(CHECK)) {
                        names.merge(
                                name,
                                Long.parseUnsignedLong(line, 0, TYPE_AT - 1, 16),
                                (one, other) -> one.equals(other) ? one : 0);
                    }
                }
            }
        } catch (IOException e) {
            throw JavelinException.failed("the kernel's functions cannot be read: " + e.getMessage(), e);
        }
        return names;
    }

    /**
     * Functions that ftrace can be attached to.
     *
     * @param image those of the kernel itself, which have types for fentry
     * @param unique those, and the modules', that have their name for themselves, so that it leads to them
     */
    record Traceable(Set<String> image, Set<String> unique) {}

    /** What can be traced; empty if that may not be read. */
    static Traceable traceable() {
        Path events = Tracepoints.events();
        return events == null
                ? new Traceable(Set.of(), Set.of())
                : traceable(events.resolveSibling("available_filter_functions"));
    }

    static Traceable traceable(Path functions) {
        Set<String> image = new HashSet<>();
        Set<String> unique = new HashSet<>();
        Set<String> several = new HashSet<>();
        try (BufferedReader lines = Files.newBufferedReader(functions, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int space = line.indexOf(' '); // a module's have its name behind
                String name = space < 0 ? line : line.substring(0, space);
                if (space < 0) {
                    image.add(name);
                }
                if (!unique.add(name)) {
                    several.add(name);
                }
            }
        } catch (IOException e) {
            return new Traceable(Set.of(), Set.of());
        }
        unique.removeAll(several);
        return new Traceable(image, unique);
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
