package dev.javelin.collector.walker;

import java.nio.ByteBuffer;

/**
 * One executable mapping of a target ({@code struct mapping}):
 *
 * <pre>
 *  0 u64 start  8 u64 end  16 u64 bias  24 u64 table_base  32 u32 table_first  36 u32 table_rows  40 u32 object  44 pad
 * </pre>
 *
 * @param bias virtual address in the file = pc - bias
 * @param tableBase virtual address that the unwind rows count from
 * @param tableFirst first row in the map {@code unwind_rows}
 * @param tableRows 0 where frame pointers are to be followed
 * @param object id of the ELF object, 0 for none
 */
record MappingRow(long start, long end, long bias, long tableBase, int tableFirst, int tableRows, int object) {
    static final int BYTES = 48;

    void put(ByteBuffer b, int at) {
        b.putLong(at, start);
        b.putLong(at + 8, end);
        b.putLong(at + 16, bias);
        b.putLong(at + 24, tableBase);
        b.putInt(at + 32, tableFirst);
        b.putInt(at + 36, tableRows);
        b.putInt(at + 40, object);
        b.putInt(at + 44, 0);
    }
}
