package dev.javelin.collector.elf;

import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;

/**
 * Function names by address, of one ELF file. Sixteen bytes a symbol; names stay in the mapped file until asked for. Immutable; any thread
 * may ask.
 */
public final class SymbolTable {
    /** How many symbols before an address are looked at for one whose range includes it. */
    private static final int NESTING = 16;

    private final long[] addresses;
    private final int[] sizes;
    private final int[] names;
    private final byte[] sources;
    private final ByteBuffer[] strings;
    private final UnaryOperator<String> demangler;

    SymbolTable(
            long[] addresses,
            int[] sizes,
            int[] names,
            byte[] sources,
            ByteBuffer[] strings,
            UnaryOperator<String> demangler) {
        this.addresses = addresses;
        this.sizes = sizes;
        this.names = names;
        this.sources = sources;
        this.strings = strings;
        this.demangler = demangler;
    }

    static SymbolTable of(ElfFile file, ElfFile debug, UnaryOperator<String> demangler) throws ElfException {
        SymbolTableBuilder builder = new SymbolTableBuilder(file);
        builder.add(SymbolSource.dynamic(file));
        builder.add(SymbolSource.full(file));
        if (debug != null) {
            builder.add(SymbolSource.full(debug));
        }
        PltNames plt = new PltNames(file, builder);
        boolean unresolved = plt.add();
        SymbolTable table = builder.build(demangler);
        if (!unresolved) {
            return table;
        }
        plt.addResolved(table);
        return builder.build(demangler);
    }

    /** Number of symbols. */
    public int size() {
        return addresses.length;
    }

    /**
     * The function at a virtual address (as linked), demangled; null if there is none. A symbol without a size reaches to the next one.
     */
    public String nameAt(long vaddr) {
        int index = indexAt(vaddr);
        return index < 0 ? null : name(index);
    }

    /** The index of the symbol that covers a virtual address, -1 if none: a key to keep names by. */
    public int indexAt(long vaddr) {
        int last = floor(vaddr);
        for (int i = last; i >= 0 && i > last - NESTING; i--) {
            if (vaddr - addresses[i] < (sizes[i] & 0xffffffffL)) {
                return i;
            }
        }
        return -1;
    }

    private int floor(long vaddr) {
        int low = 0;
        int high = addresses.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (addresses[middle] <= vaddr) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** The virtual address at which a symbol begins. */
    public long start(int index) {
        return addresses[index];
    }

    /** Bytes that a symbol covers. */
    public long length(int index) {
        return sizes[index] & 0xffffffffL;
    }

    /** The demangled name of a symbol. */
    public String name(int index) {
        return demangler.apply(linkageName(index));
    }

    /** The name of a symbol as it is in the file; "" if the file was cut meanwhile. */
    public String linkageName(int index) {
        ByteBuffer text = strings[sources[index]];
        try {
            String name = sources[index] == SymbolTableBuilder.GENERATED
                    ? ElfFile.string(text, names[index], SymbolSource.LONGEST_NAME)
                    : SymbolSource.nameAt(text, names[index]);
            MappedReads.settle();
            return name;
        } catch (InternalError e) {
            return "";
        }
    }
}
