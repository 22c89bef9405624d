package dev.javelin.collector.elf;

/**
 * A cursor over call frame information. Reading beyond the array throws {@link IndexOutOfBoundsException}, which callers take as a damaged
 * entry. Plain fields and arrays: this runs in a JVM that has just started, mostly interpreted.
 */
final class FrameReader {
    private static final int PCREL = 0x10;
    private static final int DATAREL = 0x30;

    final byte[] bytes;
    /** Virtual address of the first byte. */
    final long address;

    int at;

    FrameReader(byte[] bytes, long address) {
        this.bytes = bytes;
        this.address = address;
    }

    int u1() {
        return bytes[at++] & 0xff;
    }

    int u2() {
        int value = (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8;
        at += 2;
        return value;
    }

    int s4() {
        int from = at;
        at = from + 4;
        return (bytes[from] & 0xff)
                | (bytes[from + 1] & 0xff) << 8
                | (bytes[from + 2] & 0xff) << 16
                | bytes[from + 3] << 24;
    }

    long u4() {
        return s4() & 0xffffffffL;
    }

    long s8() {
        long low = u4();
        return low | (long) s4() << 32;
    }

    long uleb() {
        long value = 0;
        int shift = 0;
        while (true) {
            byte b = bytes[at++];
            if (shift < 64) {
                value |= (long) (b & 0x7f) << shift;
            }
            if (b >= 0) {
                return value;
            }
            shift += 7;
        }
    }

    long sleb() {
        long value = 0;
        int shift = 0;
        while (true) {
            byte b = bytes[at++];
            if (shift < 64) {
                value |= (long) (b & 0x7f) << shift;
            }
            shift += 7;
            if (b >= 0) {
                return shift < 64 && (b & 0x40) != 0 ? value | -1L << shift : value;
            }
        }
    }

    /** A number in one of the formats of DW_EH_PE (lower four bits). */
    long number(int encoding) {
        return switch (encoding & 15) {
            case 0x00, 0x04, 0x0c -> s8();
            case 0x01 -> uleb();
            case 0x02 -> u2();
            case 0x03 -> u4();
            case 0x09 -> sleb();
            case 0x0a -> (short) u2();
            case 0x0b -> s4();
            default -> throw new IndexOutOfBoundsException("pointer encoding");
        };
    }

    /** A pointer as DW_EH_PE encodes it; {@code data} is what data-relative ones count from. */
    long pointer(int encoding, long data) {
        long here = address + at;
        long value = number(encoding);
        return switch (encoding & 0xf0) {
            case 0 -> value;
            case PCREL -> here + value;
            case DATAREL -> data + value;
            default -> throw new IndexOutOfBoundsException("pointer encoding");
        };
    }
}
