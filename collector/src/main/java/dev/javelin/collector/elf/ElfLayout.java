package dev.javelin.collector.elf;

/** Offsets in bytes of fields in ELF structures (elf.h: Elf64_Ehdr, Elf64_Phdr, Elf64_Shdr, Elf64_Sym, Elf64_Rela). */
final class ElfLayout {
    static final int MAGIC = 0x464c457f;
    static final int HEADER_SIZE = 64;
    static final int E_TYPE = 16;
    static final int E_MACHINE = 18;
    static final int E_ENTRY = 24;
    static final int E_PHOFF = 32;
    static final int E_SHOFF = 40;
    static final int E_PHENTSIZE = 54;
    static final int E_PHNUM = 56;
    static final int E_SHENTSIZE = 58;
    static final int E_SHNUM = 60;
    static final int E_SHSTRNDX = 62;
    static final int PHDR_SIZE = 56;
    static final int SHDR_SIZE = 64;

    /** Elf64_Sym: st_name u4 @0, st_info u1 @4, st_other u1 @5, st_shndx u2 @6, st_value u8 @8, st_size u8 @16. */
    static final int SYM_SIZE = 24;

    /** Elf64_Rela: r_offset u8 @0, r_info u8 @8 (symbol in the upper half, type in the lower), r_addend s8 @16. */
    static final int RELA_SIZE = 24;

    static final long PAGE = 4096;

    private ElfLayout() {}
}
