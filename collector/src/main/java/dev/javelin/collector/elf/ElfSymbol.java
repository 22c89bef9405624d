package dev.javelin.collector.elf;

/**
 * A defined symbol (Elf64_Sym).
 *
 * @param name linkage name, without a version
 * @param value virtual address as linked; for {@link #TLS} the offset in the module's thread-local block
 * @param size bytes, 0 if unknown
 * @param type one of {@link #NOTYPE}, {@link #OBJECT}, {@link #FUNC}, {@link #TLS}, {@link #IFUNC}
 * @param binding 0 local, 1 global, 2 weak
 */
public record ElfSymbol(String name, long value, long size, int type, int binding) {
    /** A label without a type. */
    public static final int NOTYPE = 0;
    /** Data. */
    public static final int OBJECT = 1;
    /** A function. */
    public static final int FUNC = 2;
    /** A thread-local variable. */
    public static final int TLS = 6;
    /** A function that returns the function to use (STT_GNU_IFUNC). */
    public static final int IFUNC = 10;
}
