package dev.javelin.collector.walker;

import dev.javelin.collector.elf.UnwindTable;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;

/**
 * The map {@code unwind_rows}, written in place: the tables of all ELF objects one after the other. Tables are never removed; a
 * recording sees few different objects. Used by one thread.
 */
final class UnwindRows {
    private final LongBuffer rows;
    private int used;

    UnwindRows(ByteBuffer memory) {
        this.rows = memory.asLongBuffer();
    }

    /** Copies a table; the index of its first row, or -1 if there is no room left. */
    int append(UnwindTable table) {
        if (table.rows() > rows.capacity() - used) {
            return -1;
        }
        int first = used;
        LongBuffer target = rows.duplicate();
        target.position(first);
        table.copyTo(target);
        used += table.rows();
        return first;
    }
}
