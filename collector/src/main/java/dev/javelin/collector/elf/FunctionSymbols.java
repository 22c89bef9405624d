package dev.javelin.collector.elf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The functions that one ELF file defines, with all their names: the symbols of type FUNC and IFUNC in .dynsym, .symtab and the debug
 * file's .symtab. They are sorted by address; names of one address stand together, the best of them first: a global one before weak and
 * local ones, then the one with fewer leading underscores, then the first found. The cold parts of functions ({@code f.cold}) are left
 * out: they are jumped to, and nobody calls them.
 *
 * <p>The names are copied, so that a file that is cut later does no harm. Immutable; any thread may ask.
 */
public final class FunctionSymbols {
    private static final int INDEX_BITS = 22;
    private static final int MOST = 1 << INDEX_BITS;
    private static final long MOST_DISTANCE = 1L << (63 - INDEX_BITS);
    private static final byte[] COLD = ".cold".getBytes(StandardCharsets.US_ASCII);

    private final List<byte[]> strings = new ArrayList<>();
    private final Set<String> imports = new HashSet<>();
    private final long base;
    private long[] keys = new long[1024];
    private long[] sizes = new long[1024];
    private int[] names = new int[1024];
    private byte[] sources = new byte[1024];
    private byte[] ranks = new byte[1024];
    private boolean[] ifuncs = new boolean[1024];
    private int count;

    private FunctionSymbols(ElfFile file) throws ElfException {
        base = file.loads().stream()
                .filter(ElfSegment::executable)
                .mapToLong(ElfSegment::vaddr)
                .min()
                .orElse(0);
        add(file, SymbolSource.dynamic(file));
        add(file, SymbolSource.full(file));
        ElfFile debug = file.debugFile();
        if (debug != null) {
            add(file, SymbolSource.full(debug));
        }
        Arrays.sort(keys, 0, count);
        for (int from = 0; from < count; from = next(from)) {
            bestFirst(from, next(from));
        }
    }

    /**
     * Reads the symbols of a file.
     *
     * @throws ElfException if a table reaches beyond the file, or the file is cut meanwhile
     */
    public static FunctionSymbols of(ElfFile file) throws ElfException {
        return file.read(() -> new FunctionSymbols(file));
    }

    private void add(ElfFile file, SymbolSource source) {
        if (source.count() == 0) {
            return;
        }
        byte[] text = new byte[source.strings().limit()];
        ByteBuffer all = source.strings().duplicate();
        all.rewind().get(text);
        strings.add(text);
        long[] words = new long[SymbolSource.CHUNK * SymbolSource.WORDS];
        for (int first = 0; first < source.count(); first += SymbolSource.CHUNK) {
            int end = source.copy(first, words) * SymbolSource.WORDS;
            for (int at = 0; at < end; at += SymbolSource.WORDS) {
                add(file, text, words[at], words[at + 1], words[at + 2]);
            }
        }
    }

    private void add(ElfFile file, byte[] text, long word, long value, long size) {
        int type = SymbolSource.type(word);
        int name = SymbolSource.nameOffset(word);
        if (name <= 0 || name >= text.length || text[name] == 0) {
            return;
        }
        if (SymbolSource.section(word) == 0) {
            imports.add(name(text, name));
            return;
        }
        boolean function = type == ElfSymbol.FUNC || type == ElfSymbol.IFUNC;
        long distance = value - base;
        if (!function || distance < 0 || distance >= MOST_DISTANCE || count == MOST) {
            return;
        }
        if (!file.executableAddress(value) || contains(text, name, COLD)) {
            return;
        }
        if (count == keys.length) {
            grow();
        }
        keys[count] = distance << INDEX_BITS | count;
        sizes[count] = Math.max(0, size);
        names[count] = name;
        sources[count] = (byte) (strings.size() - 1);
        ranks[count] = rank(SymbolSource.binding(word), text, name);
        ifuncs[count] = type == ElfSymbol.IFUNC;
        count++;
    }

    private static byte rank(int binding, byte[] text, int name) {
        int preference = binding == 1 || binding > 2 ? 0 : binding == 2 ? 1 : 2;
        int underscores = 0;
        while (underscores < 15 && name + underscores < text.length && text[name + underscores] == '_') {
            underscores++;
        }
        return (byte) (preference << 4 | underscores);
    }

    private void grow() {
        int length = Math.min(MOST, keys.length * 2);
        keys = Arrays.copyOf(keys, length);
        sizes = Arrays.copyOf(sizes, length);
        names = Arrays.copyOf(names, length);
        sources = Arrays.copyOf(sources, length);
        ranks = Arrays.copyOf(ranks, length);
        ifuncs = Arrays.copyOf(ifuncs, length);
    }

    private void bestFirst(int from, int to) {
        int best = from;
        for (int i = from + 1; i < to; i++) {
            best = ranks[symbol(i)] < ranks[symbol(best)] ? i : best;
        }
        long key = keys[best];
        keys[best] = keys[from];
        keys[from] = key;
    }

    private int symbol(int index) {
        return (int) keys[index] & (MOST - 1);
    }

    /** Number of names. */
    public int size() {
        return count;
    }

    /** The first index of the next function: names from {@code index} up to that have one address. */
    public int next(int index) {
        int next = index + 1;
        while (next < count && keys[next] >>> INDEX_BITS == keys[index] >>> INDEX_BITS) {
            next++;
        }
        return next;
    }

    /** Virtual address, as linked. */
    public long address(int index) {
        return base + (keys[index] >>> INDEX_BITS);
    }

    /** Bytes; 0 if the file does not say. */
    public long length(int index) {
        return sizes[symbol(index)];
    }

    /** Whether it is a function that chooses the function to use (STT_GNU_IFUNC): the dynamic linker calls it once, nobody else does. */
    public boolean ifunc(int index) {
        return ifuncs[symbol(index)];
    }

    /** The name as it is in the file, without a version. */
    public String name(int index) {
        int symbol = symbol(index);
        return name(strings.get(sources[symbol]), names[symbol]);
    }

    /** Whether the name in the file contains a text of ASCII letters, in upper or lower case as {@code part} has them. */
    public boolean nameContains(int index, byte[] part) {
        int symbol = symbol(index);
        return contains(strings.get(sources[symbol]), names[symbol], part);
    }

    /** Whether the name in the file contains a text of ASCII letters, whatever their case; {@code part} is in lower case. */
    public boolean nameContainsIgnoringCase(int index, byte[] part) {
        int symbol = symbol(index);
        byte[] text = strings.get(sources[symbol]);
        for (int at = names[symbol]; at + part.length <= text.length && text[at] != 0; at++) {
            if (lower(text[at]) == part[0] && startsIgnoringCase(text, at, part)) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsIgnoringCase(byte[] text, int at, byte[] part) {
        for (int i = 1; i < part.length; i++) {
            if (lower(text[at + i]) != part[i]) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    private static boolean contains(byte[] text, int from, byte[] part) {
        for (int at = from; at + part.length <= text.length && text[at] != 0; at++) {
            if (text[at] == part[0] && Arrays.equals(text, at, at + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the file uses that symbol without defining it. */
    public boolean imports(Predicate<String> name) {
        return imports.stream().anyMatch(name);
    }

    private static String name(byte[] text, int from) {
        int limit = Math.min(text.length, from + SymbolSource.LONGEST_NAME);
        int end = from;
        while (end < limit && text[end] != 0 && (text[end] != '@' || end == from)) {
            end++;
        }
        return new String(text, from, end - from, StandardCharsets.UTF_8);
    }
}
