package dev.javelin.collector.elf;

import java.util.Arrays;

/** Collects rows in ascending order of address; a row that says the same as the one before is left out. */
final class RowSink {
    /** 64 MiB of rows; libjvm has 230,000. */
    static final int MOST_ROWS = 1 << 23;

    private long[] rows;
    private int count;
    private boolean full;

    RowSink(int expected) {
        rows = new long[Math.max(16, expected)];
    }

    /** Adds a row: address relative to the base, not below that of the row before, and the upper half of the row. */
    void add(long pc, int rule) {
        if (count > 0 && UnwindTable.pc(rows[count - 1]) == pc) {
            count--;
        }
        if (count > 0 && (int) (rows[count - 1] >>> 32) == rule) {
            return;
        }
        if (count == MOST_ROWS) {
            full = true;
            return;
        }
        if (count == rows.length) {
            rows = Arrays.copyOf(rows, count + (count >> 1));
        }
        rows[count++] = (long) rule << 32 | pc;
    }

    /** Whether rows were left out. */
    boolean full() {
        return full;
    }

    long[] rows() {
        return rows;
    }

    int count() {
        return count;
    }
}
