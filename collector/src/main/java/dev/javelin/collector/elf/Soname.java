package dev.javelin.collector.elf;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** The name under which other files ask for a library, whatever its file is called (DT_SONAME, gABI chapter 5). */
public final class Soname {
    private static final int DT_STRTAB = 5;
    private static final int DT_SONAME = 14;
    private static final int LONGEST = 255;

    private Soname() {}

    /**
     * The name; "" if the file has none.
     *
     * @throws ElfException if the file is damaged
     */
    public static String of(ElfFile file) throws ElfException {
        return file.read(() -> read(file));
    }

    private static String read(ElfFile file) throws ElfException {
        long[] where = file.dynamic();
        if (where == null) {
            return "";
        }
        ByteBuffer dynamic = file.bytes(where[0], where[1], "dynamic section");
        long name = SymbolSource.dynamicValue(dynamic, DT_SONAME);
        OptionalLong strings = file.fileOffsetOfVaddr(SymbolSource.dynamicValue(dynamic, DT_STRTAB));
        return name <= 0 || strings.isEmpty() ? "" : file.string(strings.getAsLong() + name, LONGEST);
    }
}
