package dev.javelin.collector.elf;

import dev.javelin.collector.elf.TlsVariable.Kind;
import dev.javelin.collector.elf.TlsVariable.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Finds a thread-local variable in .dynsym, and its relocations in .rela.dyn and .rela.plt (types: x86-64 psABI; tags and flags: elf.h). */
final class TlsVariableReader {
    /** A compiler makes one or two; each is looked up in every process. */
    private static final int MOST_REFERENCES = 64;

    private static final int R_X86_64_DTPMOD64 = 16;
    private static final int R_X86_64_TPOFF64 = 18;
    private static final int R_X86_64_TLSDESC = 36;
    private static final int ET_EXEC = 2;
    private static final int DT_FLAGS_1 = 0x6ffffffb;
    private static final long DF_1_PIE = 0x08000000;

    private final ElfFile file;
    private final int symbol;
    private final long offset;
    private final List<Reference> own = new ArrayList<>();
    private final List<Reference> ofModule = new ArrayList<>();

    private TlsVariableReader(ElfFile file, int symbol, long offset) {
        this.file = file;
        this.symbol = symbol;
        this.offset = offset;
    }

    /** The variable, null if the file exports none of that name. */
    static TlsVariable find(ElfFile file, String name) throws ElfException {
        SymbolSource symbols = SymbolSource.dynamic(file);
        for (int i = 1; i < symbols.count(); i++) {
            long word = symbols.firstWord(i);
            if (SymbolSource.type(word) == ElfSymbol.TLS
                    && SymbolSource.section(word) != 0
                    && symbols.name(i).equals(name)) {
                return new TlsVariableReader(file, i, symbols.value(i)).read();
            }
        }
        return null;
    }

    private TlsVariable read() throws ElfException {
        for (String name : List.of(".rela.dyn", ".rela.plt")) {
            ElfSection section = file.section(name);
            ByteBuffer relocations = section == null ? ByteBuffer.allocate(0) : file.bytes(section);
            for (int at = 0; at + ElfLayout.RELA_SIZE <= relocations.limit(); at += ElfLayout.RELA_SIZE) {
                int of = relocations.getInt(at + 12);
                if (of == symbol || of == 0) {
                    add(relocations.getInt(at + 8), relocations.getLong(at), of == 0, relocations.getLong(at + 16));
                }
            }
        }
        own.addAll(ofModule);
        return new TlsVariable(offset, own, isProgram() ? offset - blockSize() : 0);
    }

    private void add(int type, long slot, boolean module, long addend) {
        List<Reference> to = module ? ofModule : own;
        if (to.size() >= MOST_REFERENCES) {
            return;
        }
        long adjustment = (module ? offset : 0) - addend;
        switch (type) {
            case R_X86_64_TLSDESC -> to.add(new Reference(Kind.DESCRIPTOR, slot, adjustment));
            case R_X86_64_TPOFF64 -> to.add(new Reference(Kind.THREAD_OFFSET, slot, adjustment));
            case R_X86_64_DTPMOD64 ->
                to.add(new Reference(module ? Kind.MODULE : Kind.MODULE_AND_OFFSET, slot, adjustment));
            default -> {
                // no thread-local variable's
            }
        }
    }

    /** Whether it is the program of a process and no library: its block ends where the thread pointer points to. */
    private boolean isProgram() throws ElfException {
        if (file.type() == ET_EXEC) {
            return true;
        }
        long[] where = file.dynamic();
        return where != null
                && (SymbolSource.dynamicValue(file.bytes(where[0], where[1], "dynamic section"), DT_FLAGS_1) & DF_1_PIE)
                        != 0;
    }

    private long blockSize() {
        long alignment = Math.max(1, file.tlsBlock()[1]);
        return (file.tlsBlock()[0] + alignment - 1) & -alignment;
    }
}
