package dev.javelin.collector.elf;

import java.nio.ByteBuffer;

/** One symbol table of an ELF file with its strings (layout: {@link ElfLayout#SYM_SIZE}). */
record SymbolSource(ByteBuffer symbols, ByteBuffer strings, int count) {
    private static final int SHT_DYNSYM = 11;
    private static final int DT_STRTAB = 5;
    private static final int DT_SYMTAB = 6;
    private static final int DT_STRSZ = 10;
    private static final SymbolSource NONE = new SymbolSource(ByteBuffer.allocate(0), ByteBuffer.allocate(0), 0);

    /** Eight-byte words in a symbol: name, info, other and section in the first; value; size. */
    static final int WORDS = ElfLayout.SYM_SIZE / 8;

    /** Symbols to copy at a time. */
    static final int CHUNK = 2048;

    /** What any name is cut to, in bytes; mangled C++ names of a few kilobytes are ordinary. */
    static final int LONGEST_NAME = 1 << 14;

    /** The .symtab; without symbols if there is none. */
    static SymbolSource full(ElfFile file) throws ElfException {
        return ofType(file, ElfSection.SYMTAB);
    }

    /** The .dynsym, found by the dynamic section if there are no section headers; without symbols if there is none. */
    static SymbolSource dynamic(ElfFile file) throws ElfException {
        SymbolSource source = ofType(file, SHT_DYNSYM);
        return source.count == 0 && file.dynamic() != null ? bySegment(file) : source;
    }

    private static SymbolSource ofType(ElfFile file, int type) throws ElfException {
        for (ElfSection section : file.sections()) {
            ElfSection strings = section.type() == type ? file.section(section.link()) : null;
            if (strings != null) {
                return of(file.bytes(section), file.bytes(strings));
            }
        }
        return NONE;
    }

    private static SymbolSource of(ByteBuffer symbols, ByteBuffer strings) {
        return new SymbolSource(symbols, strings, symbols.limit() / ElfLayout.SYM_SIZE);
    }

    /** Without section headers the table's length is not stated: linkers put the strings right after the symbols. */
    private static SymbolSource bySegment(ElfFile file) throws ElfException {
        long[] where = file.dynamic();
        ByteBuffer dynamic = file.bytes(where[0], where[1], "dynamic section");
        long symbols = file.fileOffset(dynamicValue(dynamic, DT_SYMTAB));
        long strings = file.fileOffset(dynamicValue(dynamic, DT_STRTAB));
        long size = dynamicValue(dynamic, DT_STRSZ);
        if (symbols <= 0 || strings <= symbols || size <= 0) {
            return NONE;
        }
        return of(
                file.bytes(symbols, strings - symbols, "dynamic symbols"),
                file.bytes(strings, size, "dynamic strings"));
    }

    /** The value of the first entry with that tag; 0 if there is none. */
    static long dynamicValue(ByteBuffer dynamic, long tag) {
        for (int at = 0; at + 16 <= dynamic.limit(); at += 16) {
            if (dynamic.getLong(at) == tag) {
                return dynamic.getLong(at + 8);
            }
        }
        return 0;
    }

    /**
     * Copies symbols into an array, three words each, as many as it holds: reading an array is far cheaper than a buffer while code is
     * still interpreted. Returns the number of symbols.
     */
    int copy(int first, long[] words) {
        int number = Math.min(count - first, words.length / WORDS);
        symbols.asLongBuffer().get(first * WORDS, words, 0, number * WORDS);
        return number;
    }

    /** Offset of the name in the strings, from a symbol's first word. */
    static int nameOffset(long word) {
        return (int) word;
    }

    /** STT_ value, from a symbol's first word. */
    static int type(long word) {
        return (int) (word >>> 32) & 15;
    }

    /** STB_ value, from a symbol's first word. */
    static int binding(long word) {
        return (int) (word >>> 36) & 15;
    }

    /** Index of its section, from a symbol's first word; 0 if it is undefined here. */
    static int section(long word) {
        return (int) (word >>> 48);
    }

    /** A symbol's first word. */
    long firstWord(int index) {
        return symbols.getLong(index * ElfLayout.SYM_SIZE);
    }

    /** A symbol's value. */
    long value(int index) {
        return symbols.getLong(index * ElfLayout.SYM_SIZE + 8);
    }

    String name(int index) {
        return nameAt(strings, nameOffset(firstWord(index)));
    }

    /** The name without its version ("memcpy@@GLIBC_2.14"). */
    static String nameAt(ByteBuffer strings, int offset) {
        String name = ElfFile.string(strings, offset, LONGEST_NAME);
        int version = name.indexOf('@', 1);
        return version < 0 ? name : name.substring(0, version);
    }
}
