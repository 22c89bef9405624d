package dev.javelin.collector.hotspot;

/**
 * A method's line number table in HotSpot's compressed form (oops/constMethod.hpp, CompressedLineNumberReadStream): pairs of
 * differences of bytecode index and line, small ones in one byte (5 bits and 3 bits), others as 0xff and two signed
 * {@link Unsigned5} integers; 0 ends the table.
 */
final class LineTable {
    static final LineTable NONE = new LineTable(new byte[0], false);

    private static final int END = 0;
    private static final int LONG_FORM = 0xff;

    private final byte[] compressed;
    private final boolean withoutZero;

    LineTable(byte[] compressed, boolean withoutZero) {
        this.compressed = compressed;
        this.withoutZero = withoutZero;
    }

    /** The table alone, without whatever follows it in memory; {@link #NONE} when it does not end within the bytes. */
    static LineTable cut(byte[] bytes, boolean withoutZero) {
        Unsigned5 in = new Unsigned5(bytes, 0, withoutZero);
        try {
            int first;
            int length = 1;
            while ((first = in.nextByte()) != END) {
                if (first == LONG_FORM) {
                    in.next();
                    in.next();
                }
                length = in.position() + 1;
            }
            return new LineTable(java.util.Arrays.copyOf(bytes, length), withoutZero);
        } catch (IndexOutOfBoundsException e) {
            return NONE;
        }
    }

    /** Line of the bytecode: that of the entry at or next before it. 0 when there is none. */
    int line(int bci) {
        if (compressed.length == 0) {
            return 0;
        }
        Unsigned5 in = new Unsigned5(compressed, 0, withoutZero);
        int at = 0;
        int line = 0;
        int bestAt = -1;
        int best = 0;
        int first;
        while ((first = in.nextByte()) != END) {
            if (first == LONG_FORM) {
                at += in.nextSigned();
                line += in.nextSigned();
            } else {
                at += first >> 3;
                line += first & 7;
            }
            if (at <= bci && at > bestAt) {
                bestAt = at;
                best = line;
            }
        }
        return Math.max(best, 0);
    }
}
