package dev.javelin.collector.elf;

/**
 * A loadable segment (PT_LOAD) of an ELF file.
 *
 * @param fileOffset where it begins in the file, bytes
 * @param vaddr its virtual address as linked
 * @param fileSize bytes present in the file
 * @param memorySize bytes in memory
 * @param executable whether it is mapped executable (PF_X)
 */
public record ElfSegment(long fileOffset, long vaddr, long fileSize, long memorySize, boolean executable) {

    /** Whether the virtual address lies inside. */
    public boolean contains(long address) {
        return Long.compareUnsigned(address - vaddr, memorySize) < 0;
    }
}
