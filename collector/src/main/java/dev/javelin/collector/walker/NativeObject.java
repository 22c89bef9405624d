package dev.javelin.collector.walker;

import dev.javelin.bpf.CxxDemangler;
import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.elf.SymbolTable;
import dev.javelin.collector.elf.TlsVariable;
import dev.javelin.collector.elf.UnwindTable;
import dev.javelin.collector.proc.Mapping;

/** One ELF object that a target has mapped: a library, the program, the vdso. Used by one thread at a time. */
public final class NativeObject {
    private final int id;
    private final String name;
    private final ElfFile file;
    private UnwindTable table;
    private long tableBase;
    private int tableFirst = -1;
    private int tableRows;
    private SymbolTable symbols;
    private final TlsVariable traceVariable;

    NativeObject(int id, String name, ElfFile file) {
        this.id = id;
        this.name = name;
        this.file = file;
        this.traceVariable = traceVariable(file);
    }

    private static TlsVariable traceVariable(ElfFile file) {
        try {
            return file.tlsVariable(TraceVariable.NAME);
        } catch (ElfException e) {
            return null;
        }
    }

    /** Number from 1 on, as in the walker's frames. */
    public int id() {
        return id;
    }

    /** File name: {@code "libc.so.6"}, {@code "[vdso]"}. */
    public String name() {
        return name;
    }

    /** What is mapped there is at its virtual addresses in the file and this. */
    long bias(Mapping mapping) {
        return mapping.start() - file.vaddrOfFileOffset(mapping.fileOffset()).orElse(mapping.fileOffset());
    }

    /** The variable by which a tracer publishes spans, if it is this object's; else null. */
    TlsVariable traceVariable() {
        return traceVariable;
    }

    ElfFile file() {
        return file;
    }

    /** The name of the function at a virtual address of the file, demangled; null if it has none. */
    public String functionAt(long address) {
        if (symbols == null) {
            try {
                symbols = file.symbols(CxxDemangler::demangle);
            } catch (ElfException e) {
                return null;
            }
        }
        return symbols.nameAt(address);
    }

    /** Makes the unwind rules; an object without them, or with broken ones, gets none and is walked by frame pointers. */
    void compileTable() {
        try {
            table = UnwindTable.compile(file);
            tableBase = table.baseVaddr();
        } catch (ElfException e) {
            table = null;
        }
    }

    /** Copies the rules to where the walker finds them, once. */
    void install(UnwindRows rows) {
        if (table == null) {
            return;
        }
        tableFirst = table.rows() == 0 ? -1 : rows.append(table);
        tableRows = tableFirst < 0 ? 0 : table.rows();
        table = null;
    }

    long tableBase() {
        return tableBase;
    }

    int tableFirst() {
        return Math.max(tableFirst, 0);
    }

    int tableRows() {
        return tableRows;
    }
}
