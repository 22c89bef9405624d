package dev.javelin.collector.elf;

import java.nio.LongBuffer;

/**
 * How to go from a frame to its caller at every instruction of an ELF file, as sorted rows of eight bytes made from .eh_frame (DWARF 5
 * section 6.4; Linux Standard Base, "Exception Frames"; x86-64 psABI: register 6 is rbp, 7 rsp, 16 the return address), or from
 * .debug_frame where only that is there. Immutable.
 *
 * <pre>
 * bits  0..31  pc - baseVaddr of the row's first instruction; it holds up to the next row
 *      32..47  off, signed, in units of 8 bytes
 *      48..55  rbp slot, signed: the caller's rbp is stored at CFA + slot*8; 0 unchanged; 127 not recoverable;
 *              126 (kind 4 only) stored where rbp points
 *      56..63  kind: how the CFA (the caller's rsp) is found. The return address is at CFA-8.
 *              0 unknown: no information, or a rule that has no form here
 *              1 CFA = rsp + off*8      2 CFA = rbp + off*8
 *              3 PLT stub: CFA = rsp + 8 + ((pc &amp; 15) &gt;= off ? 8 : 0)
 *              4 CFA = *(u64 *)(rbp + off*8)
 *              5 signal frame: rsp points to a ucontext (__restore_rt)
 *              6 end: the return address is undefined (clone)
 * </pre>
 *
 * Neighbours that say the same are one row. Where no description covers an address there is a row of kind 0. An entry that is damaged
 * counts as none.
 */
public final class UnwindTable {
    /** No rule. */
    public static final int UNKNOWN = 0;
    /** CFA from rsp. */
    public static final int RSP = 1;
    /** CFA from rbp. */
    public static final int RBP = 2;
    /** PLT stub. */
    public static final int PLT = 3;
    /** CFA stored in the frame of rbp. */
    public static final int DEREF_RBP = 4;
    /** Signal frame. */
    public static final int SIGNAL = 5;
    /** Outermost frame. */
    public static final int END = 6;

    /** rbp slot: the caller's rbp is lost. */
    public static final int RBP_LOST = 127;
    /** rbp slot: the caller's rbp is stored where rbp points. */
    public static final int RBP_AT_RBP = 126;

    private static final int MOST_BYTES = 64 << 20;

    private final long base;
    private final long[] rows;
    private final int count;

    UnwindTable(long base, long[] rows, int count) {
        this.base = base;
        this.rows = rows;
        this.count = count;
    }

    /**
     * Makes the table of a file; it has no rows if the file has no call frame information, or is not for x86-64.
     *
     * @throws ElfException if the section is damaged as a whole (it reaches beyond the file, or is too large)
     */
    public static UnwindTable compile(ElfFile file) throws ElfException {
        FrameSection section = FrameSection.of(file);
        if (section == null || !file.isX86()) {
            return new UnwindTable(0, new long[0], 0);
        }
        if (section.size() > MOST_BYTES) {
            throw file.damaged(section.name() + " of " + section.size() + " bytes is larger than 64 MiB");
        }
        try {
            return file.read(() -> new FrameCompiler(file, section).compile());
        } catch (OutOfMemoryError e) { // a few large arrays; they are garbage now
            throw file.damaged(section.name() + " of " + section.size() + " bytes is too large for this JVM's heap");
        }
    }

    /** Number of rows. */
    public int rows() {
        return count;
    }

    /** The virtual address that the rows' addresses count from. */
    public long baseVaddr() {
        return base;
    }

    /** Puts all rows at the buffer's position. */
    public void copyTo(LongBuffer target) {
        target.put(rows, 0, count);
    }

    /** One row by its index. */
    public long row(int index) {
        if (index >= count) {
            throw new IndexOutOfBoundsException(index);
        }
        return rows[index];
    }

    /** The row that holds at a virtual address; 0 (kind unknown) if it lies before the first. */
    public long rowAt(long vaddr) {
        long distance = vaddr - base;
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (pc(rows[middle]) <= distance) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high < 0 ? 0 : rows[high];
    }

    /** A row's address, relative to the base. */
    public static long pc(long row) {
        return row & 0xffffffffL;
    }

    /** A row's offset in units of 8 bytes (kind 3: in bytes). */
    public static int offset(long row) {
        return (short) (row >> 32);
    }

    /** A row's rbp slot. */
    public static int rbpSlot(long row) {
        return (byte) (row >> 48);
    }

    /** A row's kind. */
    public static int kind(long row) {
        return (int) (row >>> 56);
    }
}
