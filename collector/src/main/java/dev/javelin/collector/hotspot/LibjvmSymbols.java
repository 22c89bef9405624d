package dev.javelin.collector.hotspot;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.elf.ElfSection;
import dev.javelin.collector.elf.ElfSymbol;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * ELF addresses of libjvm's variables by linkage name. HotSpot's internal statics (field offsets, stub entries, vtables) are
 * local symbols of {@code .symtab}, 60,000 and more, without a hash table: all names are looked for in one pass that hashes
 * bytes in place ({@link SymtabPass}). What was found, or not, is kept per build id for the life of the collector.
 *
 * <p>Threads: all methods are synchronized.
 */
final class LibjvmSymbols {
    private static final Map<String, LibjvmSymbols> BY_BUILD_ID = new ConcurrentHashMap<>();

    private final Map<String, Long> known = new HashMap<>();
    private final Map<String, Map<String, Long>> byPrefix = new HashMap<>();
    private final Set<String> absent = new HashSet<>();

    private LibjvmSymbols() {}

    static LibjvmSymbols of(ElfFile file) {
        String id = file.buildId();
        return id == null ? new LibjvmSymbols() : BY_BUILD_ID.computeIfAbsent(id, i -> new LibjvmSymbols());
    }

    /** ELF addresses of those variables that the file has; of thread-local ones the offset in its TLS block. */
    synchronized Map<String, Long> find(ElfFile file, Set<String> names) {
        List<String> unknown = new ArrayList<>();
        for (String name : names) {
            if (!known.containsKey(name) && !absent.contains(name)) {
                unknown.add(name);
            }
        }
        if (!unknown.isEmpty()) {
            pass(file, unknown, null);
        }
        Map<String, Long> found = new HashMap<>();
        for (String name : names) {
            Long vaddr = known.get(name);
            if (vaddr != null) {
                found.put(name, vaddr);
            }
        }
        return found;
    }

    /** All variables of {@code .symtab} whose linkage names begin so; none where it is stripped. */
    synchronized Map<String, Long> withPrefix(ElfFile file, String prefix) {
        if (!byPrefix.containsKey(prefix)) {
            pass(file, List.of(), prefix);
        }
        return byPrefix.get(prefix);
    }

    /** What both methods would look for, in a single pass instead of two. */
    synchronized void prepare(ElfFile file, Set<String> names, String prefix) {
        if (!byPrefix.containsKey(prefix)) {
            pass(file, List.copyOf(names), prefix);
        }
    }

    private void pass(ElfFile file, List<String> names, String prefix) {
        try {
            ElfSection symtab = file.section(".symtab");
            ElfSection strtab = file.section(".strtab");
            if (symtab != null && strtab != null) {
                ByteBuffer strings = file.bytes(strtab);
                SymtabPass pass = new SymtabPass(file.bytes(symtab), strings, names, prefix);
                pass.run();
                known.putAll(pass.found());
                remember(prefix, pass.prefixed());
            } else { // .dynsym, or the file with the debug information
                for (ElfSymbol symbol : file.symbols(Set.copyOf(names)).values()) {
                    known.put(symbol.name(), symbol.value());
                }
            }
        } catch (ElfException e) {
            // a damaged symbol table is treated like a stripped one
        }
        remember(prefix, Map.of());
        absent.addAll(names);
        absent.removeAll(known.keySet());
    }

    private void remember(String prefix, Map<String, Long> symbols) {
        if (prefix != null) {
            byPrefix.putIfAbsent(prefix, symbols);
        }
    }
}
