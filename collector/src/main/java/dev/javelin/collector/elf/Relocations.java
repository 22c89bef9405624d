package dev.javelin.collector.elf;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads .rela.dyn and .rela.plt (layout: {@link ElfLayout#RELA_SIZE}; types: x86-64 psABI). */
final class Relocations {
    private static final int R_X86_64_GLOB_DAT = 6;
    private static final int R_X86_64_JUMP_SLOT = 7;
    private static final int R_X86_64_DTPMOD64 = 16;
    private static final int R_X86_64_IRELATIVE = 37;
    private static final int DT_RELACOUNT = 0x6ffffff9;
    private static final int MOST_SLOTS = 64;

    private Relocations() {}

    static long[] tlsModuleSlots(ElfFile file) throws ElfException {
        ElfSection section = file.section(".rela.dyn");
        if (section == null) {
            return new long[0];
        }
        ByteBuffer relocations = file.bytes(section);
        int count = relocations.limit() / ElfLayout.RELA_SIZE;
        int relative = relativeCount(file, relocations.limit());
        long[] slots = slots(file, relocations, relative, count);
        return slots.length == 0 && relative > 0 ? slots(file, relocations, 0, relative) : slots;
    }

    /** Linkers put the many relative relocations first and state their number; 0 if it is not stated. */
    static int relativeCount(ElfFile file, long sectionSize) throws ElfException {
        long[] where = file.dynamic();
        if (where == null) {
            return 0;
        }
        long relative = SymbolSource.dynamicValue(file.bytes(where[0], where[1], "dynamic section"), DT_RELACOUNT);
        return relative > 0 && relative <= sectionSize / ElfLayout.RELA_SIZE ? (int) relative : 0;
    }

    private static long[] slots(ElfFile file, ByteBuffer relocations, int from, int to) throws ElfException {
        long[] whole = new long[MOST_SLOTS];
        long[] ofSymbols = new long[MOST_SLOTS];
        int wholes = 0;
        int others = 0;
        SymbolSource symbols = SymbolSource.dynamic(file);
        for (int i = from; i < to; i++) {
            int at = i * ElfLayout.RELA_SIZE;
            if (relocations.getInt(at + 8) != R_X86_64_DTPMOD64) {
                continue;
            }
            int symbol = relocations.getInt(at + 12);
            if (symbol == 0 && wholes < MOST_SLOTS) {
                whole[wholes++] = relocations.getLong(at);
            } else if (definedHere(symbols, symbol) && others < MOST_SLOTS) {
                ofSymbols[others++] = relocations.getLong(at);
            }
        }
        long[] slots = Arrays.copyOf(whole, wholes + others);
        System.arraycopy(ofSymbols, 0, slots, wholes, others);
        return slots;
    }

    private static boolean definedHere(SymbolSource symbols, int symbol) {
        return symbol > 0 && symbol < symbols.count() && SymbolSource.section(symbols.firstWord(symbol)) != 0;
    }

    /** See {@link ElfFile#callSlots}. */
    static List<Long> callSlots(ElfFile file, String symbol, long resolver) throws ElfException {
        SymbolSource symbols = SymbolSource.dynamic(file);
        List<Long> slots = new ArrayList<>();
        for (String name : List.of(".rela.plt", ".rela.dyn")) {
            ElfSection section = file.section(name);
            if (section == null) {
                continue;
            }
            ByteBuffer relocations = file.bytes(section);
            for (int at = 0; at + ElfLayout.RELA_SIZE <= relocations.limit(); at += ElfLayout.RELA_SIZE) {
                int type = relocations.getInt(at + 8);
                int index = relocations.getInt(at + 12);
                boolean bySymbol = (type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT)
                        && index > 0
                        && index < symbols.count()
                        && symbols.name(index).equals(symbol);
                if (bySymbol || (type == R_X86_64_IRELATIVE && relocations.getLong(at + 16) == resolver)) {
                    slots.add(relocations.getLong(at));
                }
            }
        }
        return slots;
    }
}
