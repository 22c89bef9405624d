package dev.javelin.collector.probe;

import dev.javelin.bpf.CxxDemangler;
import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.elf.FunctionSymbols;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * The functions of one ELF file by name. A function that has several names is one. C++ names are made readable only where the name in the
 * file may fit, as there are tens of thousands in a libjvm. Immutable; any thread may ask.
 */
public final class FunctionTable {
    private final ElfFile file;
    private final FunctionSymbols symbols;

    private FunctionTable(ElfFile file, FunctionSymbols symbols) {
        this.file = file;
        this.symbols = symbols;
    }

    /**
     * The functions of a file, from its symbol tables and those of its debug file.
     *
     * @throws ElfException if a table is damaged
     */
    public static FunctionTable of(ElfFile file) throws ElfException {
        return new FunctionTable(file, FunctionSymbols.of(file));
    }

    /** Number of functions that a probe can be set on: those that choose another at load time are not counted. */
    public int size() {
        int size = 0;
        for (int i = 0; i < symbols.size(); i = symbols.next(i)) {
            size += symbols.ifunc(i) ? 0 : 1;
        }
        return size;
    }

    /**
     * The functions of a name, ascending by address; empty if there is none. The name is looked for, until there is one, as
     *
     * <ol>
     *   <li>the name in the file: {@code malloc}, {@code _ZN20SafepointSynchronize5beginEv};
     *   <li>the readable name, {@code SafepointSynchronize::begin()}, or that without its parameters, {@code SafepointSynchronize::begin},
     *       which may be that of several; copies with another signature (GCC's {@code .constprop}) have the name of their original;
     *   <li>a {@link Glob} for one of the three: {@code *Safepoint*}, {@code mem*}.
     * </ol>
     */
    public List<FunctionPoint> find(String name) {
        List<FunctionPoint> found = bySymbol(name::equals);
        if (found.isEmpty()) {
            found = byReadableName(CxxNames.identifiers(name), readable -> isNamed(readable, name));
        }
        if (found.isEmpty() && Glob.isGlob(name)) {
            Glob glob = new Glob(name);
            found = byReadableName(
                    CxxNames.identifiers(name),
                    readable -> glob.matches(readable) || glob.matches(CxxNames.withoutParameters(readable)));
            found = found.isEmpty() ? bySymbol(glob::matches) : found;
        }
        return found;
    }

    private static boolean isNamed(String readable, String name) {
        String original = CxxNames.withoutClone(readable);
        return readable.equals(name)
                || original.equals(name)
                || (!original.contains(" [clone ")
                        && CxxNames.withoutParameters(original).equals(name));
    }

    /** The functions of which a readable name contains all the texts, whatever their case, and fits. Texts of ASCII letters, digits and _. */
    public List<FunctionPoint> matching(List<String> parts, Predicate<String> fits) {
        List<byte[]> wanted = new ArrayList<>();
        parts.forEach(part -> wanted.add(part.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII)));
        return collect(i -> wanted.stream().allMatch(part -> symbols.nameContainsIgnoringCase(i, part)), fits);
    }

    private List<FunctionPoint> byReadableName(List<String> parts, Predicate<String> fits) {
        List<byte[]> wanted = new ArrayList<>();
        parts.forEach(part -> wanted.add(part.getBytes(StandardCharsets.US_ASCII)));
        return collect(i -> wanted.stream().allMatch(part -> symbols.nameContains(i, part)), fits);
    }

    private List<FunctionPoint> bySymbol(Predicate<String> fits) {
        return collect(i -> fits.test(symbols.name(i)), readable -> true);
    }

    private List<FunctionPoint> collect(IntPredicate mayFit, Predicate<String> fits) {
        List<FunctionPoint> found = new ArrayList<>();
        for (int first = 0; first < symbols.size(); first = symbols.next(first)) {
            FunctionPoint point = firstFitting(first, symbols.next(first), mayFit, fits);
            if (point != null) {
                found.add(point);
            }
        }
        return found;
    }

    private FunctionPoint firstFitting(int from, int to, IntPredicate mayFit, Predicate<String> fits) {
        for (int i = from; i < to; i++) {
            String readable = mayFit.test(i) ? CxxDemangler.demangle(symbols.name(i)) : null;
            if (readable != null && fits.test(readable)) {
                return point(i, readable);
            }
        }
        return null;
    }

    /** Null if its code is not in the file. */
    private FunctionPoint point(int index, String readable) {
        long address = symbols.address(index);
        OptionalLong offset = file.fileOffsetOfVaddr(address);
        return offset.isEmpty()
                ? null
                : new FunctionPoint(
                        readable,
                        symbols.name(index),
                        address,
                        offset.getAsLong(),
                        symbols.length(index),
                        symbols.ifunc(index));
    }

    /** Whether the file uses something of such a name that another library defines. */
    public boolean imports(Predicate<String> symbol) {
        return symbols.imports(symbol);
    }

    /**
     * Names of the functions among which an IFUNC chooses, as far as they can be told by glibc's way to name them: {@code
     * __memcpy_avx_unaligned} for {@code memcpy}. Empty if the file has no names for them, which is so without debug symbols.
     */
    public List<String> implementations(FunctionPoint ifunc) {
        String start = "__" + ifunc.symbol() + "_";
        List<String> names = new ArrayList<>();
        for (int i = 0; i < symbols.size(); i++) {
            String name = symbols.name(i);
            if (name.startsWith(start) && !symbols.ifunc(i) && !names.contains(name)) {
                names.add(name);
            }
        }
        return names;
    }

    /** All readable names, each once, with or without their parameters. */
    public List<String> names(boolean parameters) {
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < symbols.size(); i++) {
            String name = CxxDemangler.demangle(symbols.name(i));
            names.add(parameters ? name : CxxNames.withoutParameters(name));
        }
        return List.copyOf(names);
    }
}
