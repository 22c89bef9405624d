package dev.javelin.collector.elf;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Names the stubs of the procedure linkage table "memcpy@plt". Each stub is a jump through a GOT word ({@code ff 25 disp32}, after an
 * {@code endbr64} or a {@code bnd} prefix where the linker wrote them); the word's relocation names the function (x86-64 psABI).
 */
final class PltNames {
    private static final int GLOB_DAT = 6;
    private static final int JUMP_SLOT = 7;
    private static final int IRELATIVE = 37;
    private static final int MOST_SLOTS = 1 << 17;
    private static final int ENDBR64 = 0xfa1e0ff3;

    private final ElfFile file;
    private final SymbolTableBuilder builder;
    private final SymbolSource symbols;
    private final Map<Long, Integer> symbolOfSlot = new HashMap<>();
    private final Map<Long, Long> resolverOfSlot = new HashMap<>();

    PltNames(ElfFile file, SymbolTableBuilder builder) throws ElfException {
        this.file = file;
        this.builder = builder;
        this.symbols = SymbolSource.dynamic(file);
    }

    /** Adds the stubs that have a symbol, and says whether there are some whose function is found by its resolver's address only. */
    boolean add() throws ElfException {
        if (!file.isX86() || (file.section(".plt") == null && file.section(".plt.got") == null)) {
            return false;
        }
        readSlots(".rela.plt", 0);
        ElfSection dynamic = file.section(".rela.dyn");
        if (file.section(".plt.got") != null && dynamic != null) {
            readSlots(".rela.dyn", Relocations.relativeCount(file, dynamic.size()));
        }
        addStubs(null);
        return !resolverOfSlot.isEmpty();
    }

    /** Adds the stubs of functions that are chosen at run time (IRELATIVE); the table names their resolvers. */
    void addResolved(SymbolTable table) throws ElfException {
        addStubs(table);
    }

    private void readSlots(String section, int from) throws ElfException {
        ElfSection relocations = file.section(section);
        if (relocations == null) {
            return;
        }
        ByteBuffer bytes = file.bytes(relocations);
        int end = (int) Math.min(bytes.limit(), (from + MOST_SLOTS) * (long) ElfLayout.RELA_SIZE);
        for (int at = from * ElfLayout.RELA_SIZE; at + ElfLayout.RELA_SIZE <= end; at += ElfLayout.RELA_SIZE) {
            int type = bytes.getInt(at + 8);
            int symbol = bytes.getInt(at + 12);
            if (type == IRELATIVE) {
                resolverOfSlot.put(bytes.getLong(at), bytes.getLong(at + 16));
            } else if ((type == JUMP_SLOT || type == GLOB_DAT) && symbol > 0 && symbol < symbols.count()) {
                symbolOfSlot.put(bytes.getLong(at), symbol);
            }
        }
    }

    private void addStubs(SymbolTable table) throws ElfException {
        addStubs(".plt", 16, table);
        addStubs(".plt.sec", 16, table);
        addStubs(".plt.got", 8, table);
    }

    private void addStubs(String section, int step, SymbolTable table) throws ElfException {
        ElfSection stubs = file.section(section);
        if (stubs == null) {
            return;
        }
        ByteBuffer code = file.bytes(stubs);
        for (int at = 0; at + step <= code.limit(); at += step) {
            long target = slotOf(code, at);
            String name = target < 0 ? null : name(stubs.address() + target, table);
            if (name != null) {
                builder.addGenerated(stubs.address() + at, step, name + "@plt");
            }
        }
    }

    private String name(long slot, SymbolTable table) {
        if (table == null) {
            Integer symbol = symbolOfSlot.get(slot);
            return symbol == null ? null : symbols.name(symbol);
        }
        Long resolver = resolverOfSlot.get(slot);
        int index = resolver == null ? -1 : table.indexAt(resolver);
        return index < 0 ? null : table.linkageName(index);
    }

    /** The GOT word a stub jumps through, relative to the section's address; -1 if it is no such stub. */
    private static long slotOf(ByteBuffer code, int from) {
        int at = from;
        if (at + 4 <= code.limit() && code.getInt(at) == ENDBR64) {
            at += 4;
        }
        if (at < code.limit() && code.get(at) == (byte) 0xf2) {
            at++;
        }
        if (at + 6 > code.limit() || code.getShort(at) != 0x25ff) {
            return -1;
        }
        return at + 6 + (long) code.getInt(at + 2);
    }
}
