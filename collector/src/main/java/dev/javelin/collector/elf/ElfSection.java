package dev.javelin.collector.elf;

/**
 * A section header of an ELF file (Elf64_Shdr of the System V gABI).
 *
 * @param name its name
 * @param type sh_type
 * @param flags sh_flags
 * @param address virtual address, 0 if it is not loaded
 * @param offset where its bytes are in the file
 * @param size bytes
 * @param link index of an associated section
 * @param info sh_info
 */
public record ElfSection(String name, int type, long flags, long address, long offset, long size, int link, int info) {
    static final int SYMTAB = 2;
    static final int NOTE = 7;
    static final int NOBITS = 8;
    private static final long EXECINSTR = 4;

    /** Whether bytes of it are in the file. */
    public boolean hasBytes() {
        return type != NOBITS && size > 0;
    }

    /** Whether it holds code. */
    public boolean executable() {
        return (flags & EXECINSTR) != 0;
    }
}
