package dev.javelin.collector.elf;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Finds a few names among many symbols in one pass. A table of bits made from each wanted name's first 16 bytes rejects nearly all symbols
 * by two 8-byte reads, so that no String is made for them; that matters in a JVM that has just started.
 */
final class SymbolFinder {
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

    private final Map<String, ElfSymbol> found = new HashMap<>();
    private final Set<String> wanted;
    private final long[] filter = new long[64];
    private int longest;

    SymbolFinder(Set<String> wanted) {
        this.wanted = wanted;
        for (String name : wanted) {
            longest = Math.max(longest, name.length());
            int hash = hash(word(name, 0), word(name, 8));
            filter[hash >> 6] |= 1L << hash;
        }
    }

    /** Up to eight bytes of a name, little endian, 0 after its end. */
    private static long word(String name, int from) {
        long word = 0;
        for (int i = Math.min(name.length(), from + 8) - 1; i >= from; i--) {
            word = word << 8 | (name.charAt(i) & 0xff);
        }
        return word;
    }

    private static int hash(long first, long second) {
        return (int) ((((first * MULTIPLIER) ^ second) * MULTIPLIER) >>> 52);
    }

    /** Whether every name was found with a binding that cannot be bettered. */
    boolean complete() {
        return found.size() == wanted.size();
    }

    Map<String, ElfSymbol> found() {
        return found;
    }

    /** Looks through one table. A global or weak symbol replaces a local one of the same name, else the first found stays. */
    void search(SymbolSource source) {
        long[] words = new long[SymbolSource.CHUNK * SymbolSource.WORDS];
        for (int first = 0; first < source.count(); first += SymbolSource.CHUNK) {
            int end = source.copy(first, words) * SymbolSource.WORDS;
            for (int at = 0; at < end; at += SymbolSource.WORDS) {
                if (candidate(source.strings(), SymbolSource.nameOffset(words[at]))) {
                    consider(source.strings(), words, at);
                }
            }
        }
    }

    private boolean candidate(ByteBuffer strings, int at) {
        if (at <= 0 || at > strings.limit() - 16) {
            return at > 0 && at < strings.limit();
        }
        long first = strings.getLong(at);
        long second = 0;
        long zeros = (first - LOW_BITS) & ~first & HIGH_BITS;
        if (zeros != 0) {
            first &= below(zeros);
        } else {
            second = strings.getLong(at + 8);
            zeros = (second - LOW_BITS) & ~second & HIGH_BITS;
            second &= zeros == 0 ? -1L : below(zeros);
        }
        int hash = hash(first, second);
        return (filter[hash >> 6] & (1L << hash)) != 0;
    }

    /** A mask of all bits below the lowest byte that is marked. */
    private static long below(long zeros) {
        return (Long.lowestOneBit(zeros) >>> 7) - 1;
    }

    private void consider(ByteBuffer strings, long[] words, int at) {
        long word = words[at];
        String name = ElfFile.string(strings, SymbolSource.nameOffset(word), longest + 1);
        int type = SymbolSource.type(word);
        int binding = SymbolSource.binding(word);
        boolean kind = type <= ElfSymbol.FUNC || type == ElfSymbol.TLS || type == ElfSymbol.IFUNC;
        if (!kind || SymbolSource.section(word) == 0 || !wanted.contains(name)) {
            return;
        }
        ElfSymbol before = found.get(name);
        if (before == null || (before.binding() == 0 && binding != 0)) {
            found.put(name, new ElfSymbol(name, words[at + 1], words[at + 2], type, binding));
        }
    }
}
