package dev.javelin.collector.elf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Collects function symbols of one file, picks one per address, and gives those without a size one. Of several at an address the order of
 * preference is: one with a size, a function before a label, global, weak, local, fewer leading underscores, the first found.
 */
final class SymbolTableBuilder {
    /** Source of names that are not in the file. */
    static final byte GENERATED = 0;

    private static final int MOST_SYMBOLS = 1 << 22;
    private static final int INDEX_BITS = 22;
    private static final long MOST_DISTANCE = 1L << (63 - INDEX_BITS);
    private static final int MOST_UNDERSCORES = 8;
    private static final int MOST_GENERATED = 16 << 20;
    private static final int NO_SIZE = 16;
    private static final int LABEL = 8;

    private final ElfFile file;
    private final long base;
    private final long firstSize;
    private final List<ByteBuffer> strings = new ArrayList<>();
    private final ByteArrayOutputStream generated = new ByteArrayOutputStream();
    private long[] keys = new long[1024];
    private int[] sizes = new int[1024];
    private int[] names = new int[1024];
    private byte[] sources = new byte[1024];
    private byte[] ranks = new byte[1024];
    private int count;

    SymbolTableBuilder(ElfFile file) {
        this.file = file;
        long lowest = Long.MAX_VALUE;
        long size = 0;
        for (ElfSegment load : file.loads()) {
            if (load.executable() && load.vaddr() >= 0 && load.vaddr() < lowest) {
                lowest = load.vaddr();
                size = load.memorySize();
            }
        }
        this.base = lowest == Long.MAX_VALUE ? 0 : lowest;
        this.firstSize = size;
        strings.add(ByteBuffer.allocate(0));
    }

    void add(SymbolSource source) {
        if (source.count() == 0) {
            return;
        }
        byte id = (byte) strings.size();
        strings.add(source.strings());
        long[] words = new long[SymbolSource.CHUNK * SymbolSource.WORDS];
        for (int first = 0; first < source.count(); first += SymbolSource.CHUNK) {
            int end = source.copy(first, words) * SymbolSource.WORDS;
            for (int at = 0; at < end; at += SymbolSource.WORDS) {
                addFunction(source.strings(), id, words[at], words[at + 1], words[at + 2]);
            }
        }
    }

    private void addFunction(ByteBuffer text, byte id, long word, long value, long size) {
        int type = SymbolSource.type(word);
        if (type != ElfSymbol.FUNC && type != ElfSymbol.IFUNC && type != ElfSymbol.NOTYPE) {
            return;
        }
        int name = SymbolSource.nameOffset(word);
        if (SymbolSource.section(word) == 0 || !executable(value) || !usefulName(text, name)) {
            return;
        }
        int binding = SymbolSource.binding(word);
        int preference = binding == 1 || binding > 2 ? 0 : binding == 2 ? 1 : 2;
        put(value, size, name, id, preference | (type == ElfSymbol.NOTYPE ? LABEL : 0));
    }

    /** Whether code is at an address; most lie in one segment. */
    private boolean executable(long vaddr) {
        return Long.compareUnsigned(vaddr - base, firstSize) < 0 || file.executableAddress(vaddr);
    }

    /** Mapping symbols ("$x") and assembler labels (".L") name nothing. */
    private static boolean usefulName(ByteBuffer text, int at) {
        if (at <= 0 || at >= text.limit() - 1) {
            return false;
        }
        byte first = text.get(at);
        return first != 0 && first != '$' && !(first == '.' && text.get(at + 1) == 'L');
    }

    /** Adds a name that is not in the file. */
    void addGenerated(long vaddr, long size, String name) {
        if (executable(vaddr) && generated.size() < MOST_GENERATED) {
            int at = generated.size();
            generated.writeBytes(name.getBytes(StandardCharsets.UTF_8));
            generated.write(0);
            put(vaddr, size, at, GENERATED, 0);
        }
    }

    private void put(long vaddr, long size, int name, byte source, int rank) {
        long distance = vaddr - base;
        if (distance < 0 || distance >= MOST_DISTANCE || count == MOST_SYMBOLS) {
            return;
        }
        if (count == keys.length) {
            grow();
        }
        keys[count] = (distance << INDEX_BITS) | count;
        sizes[count] = (int) Math.min(0xffffffffL, size < 0 ? 0xffffffffL : size);
        names[count] = name;
        sources[count] = source;
        ranks[count] = (byte) (size == 0 ? rank | NO_SIZE : rank);
        count++;
    }

    private void grow() {
        int length = Math.min(MOST_SYMBOLS, keys.length * 2);
        keys = Arrays.copyOf(keys, length);
        sizes = Arrays.copyOf(sizes, length);
        names = Arrays.copyOf(names, length);
        sources = Arrays.copyOf(sources, length);
        ranks = Arrays.copyOf(ranks, length);
    }

    /** The table of what was added; the builder may be added to and asked again. */
    SymbolTable build(UnaryOperator<String> demangler) {
        strings.set(GENERATED, ByteBuffer.wrap(generated.toByteArray()));
        long[] sorted = Arrays.copyOf(keys, count);
        Arrays.sort(sorted);
        int kept = pick(sorted);
        long[] addresses = new long[kept];
        int[] lengths = new int[kept];
        int[] nameOffsets = new int[kept];
        byte[] nameSources = new byte[kept];
        for (int i = 0; i < kept; i++) {
            int index = index(sorted[i]);
            addresses[i] = address(sorted[i]);
            nameOffsets[i] = names[index];
            nameSources[i] = sources[index];
            long next = i + 1 < kept ? address(sorted[i + 1]) : Long.MAX_VALUE;
            lengths[i] = (ranks[index] & NO_SIZE) == 0 ? sizes[index] : toNext(addresses[i], next);
        }
        return new SymbolTable(
                addresses, lengths, nameOffsets, nameSources, strings.toArray(new ByteBuffer[0]), demangler);
    }

    private int index(long key) {
        return (int) key & ((1 << INDEX_BITS) - 1);
    }

    private long address(long key) {
        return base + (key >>> INDEX_BITS);
    }

    /** Moves the chosen keys to the front; labels without a size inside a function that has one are dropped. */
    private int pick(long[] sorted) {
        int kept = 0;
        long coveredTo = 0;
        for (int i = 0; i < sorted.length; ) {
            int best = i;
            int next = i + 1;
            while (next < sorted.length && sorted[next] >>> INDEX_BITS == sorted[i] >>> INDEX_BITS) {
                best = better(sorted[next], sorted[best]) ? next : best;
                next++;
            }
            long start = address(sorted[best]);
            int index = index(sorted[best]);
            boolean sized = (ranks[index] & NO_SIZE) == 0;
            if (sized || start >= coveredTo) {
                sorted[kept++] = sorted[best];
            }
            if (sized) {
                coveredTo = Math.max(coveredTo, start + (sizes[index] & 0xffffffffL));
            }
            i = next;
        }
        return kept;
    }

    private boolean better(long candidate, long than) {
        int a = index(candidate);
        int b = index(than);
        return ranks[a] != ranks[b] ? ranks[a] < ranks[b] : underscores(a) < underscores(b);
    }

    private int underscores(int index) {
        ByteBuffer text = strings.get(sources[index]);
        int from = names[index];
        int end = Math.min(text.limit(), from + MOST_UNDERSCORES);
        int at = from;
        while (at < end && text.get(at) == '_') {
            at++;
        }
        return at - from;
    }

    private int toNext(long address, long next) {
        long end = next;
        for (ElfSegment load : file.loads()) {
            if (load.executable() && load.contains(address)) {
                end = Math.min(end, load.vaddr() + load.memorySize());
            }
        }
        return (int) Math.min(0xffffffffL, end - address);
    }
}
