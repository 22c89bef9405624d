package dev.javelin.collector.probe;

import java.nio.ByteBuffer;

/**
 * How long x86-64 instructions are (Intel SDM, volume 2, appendix A, opcode maps of 64-bit mode; of AMD's own encodings none). It is used for
 * what compilers and assemblers have made: prefixes that are of no use in 64-bit mode are read over. Used by one thread.
 */
final class InstructionReader {
    /** What is no instruction, or none that is known here. */
    static final int UNKNOWN = -1;

    private static final int LONGEST = 15;

    /**
     * What follows an opcode: {@code .} nothing, {@code 1 2 3} so many bytes, {@code z} four bytes or two (66), {@code q} the same or eight
     * (REX.W), {@code a} an address; {@code m} a ModRM byte with what belongs to it, {@code b} that and one byte, {@code Z} that and z,
     * {@code t} and {@code T} that, and one byte or z if it is a test; {@code p} a prefix or another map; {@code -} no such instruction.
     */
    private static final String ONE_BYTE = "mmmm1z--mmmm1z-p" // 00
            + "mmmm1z--mmmm1z--" // 10
            + "mmmm1zp-mmmm1zp-" // 20
            + "mmmm1zp-mmmm1zp-" // 30
            + "pppppppppppppppp" // 40: REX
            + "................" // 50
            + "--pmppppzZ1b...." // 60
            + "1111111111111111" // 70
            + "bZ-bmmmmmmmmmmmm" // 80
            + "..........-....." // 90
            + "aaaa....1z......" // a0
            + "11111111qqqqqqqq" // b0
            + "bb2.ppbZ3.2..1-." // c0
            + "mmmm---.mmmmmmmm" // d0
            + "11111111dd-1...." // e0
            + "p.pp..tT......mm"; // f0

    /** After 0f. */
    private static final String TWO_BYTES = "mmmm-.....-.-m.b" // 00
            + "mmmmmmmmmmmmmmmm" // 10
            + "mmmm----mmmmmmmm" // 20
            + "......-.p-p-----" // 30
            + "mmmmmmmmmmmmmmmm" // 40
            + "mmmmmmmmmmmmmmmm" // 50
            + "mmmmmmmmmmmmmmmm" // 60
            + "bbbbmmm.mmmmmmmm" // 70
            + "dddddddddddddddd" // 80
            + "mmmmmmmmmmmmmmmm" // 90
            + "...mbmmm...mbmmm" // a0
            + "mmmmmmmmmmbmmmmm" // b0
            + "mmbmbbbm........" // c0
            + "mmmmmmmmmmmmmmmm" // d0
            + "mmmmmmmmmmmmmmmm" // e0
            + "mmmmmmmmmmmmmmmm"; // f0

    private final ByteBuffer code;
    private int at;
    private boolean narrow;
    private boolean shortAddress;
    private boolean wide;

    /** Reads from the first byte on. */
    InstructionReader(ByteBuffer code) {
        this.code = code;
    }

    /**
     * Bytes of the instruction at an index; {@link #UNKNOWN} also if the code ends within it.
     *
     * @param index from 0
     */
    int length(int index) {
        at = index;
        narrow = false;
        shortAddress = false;
        wide = false;
        boolean known = instruction(prefixes());
        int length = at - index;
        return known && at <= code.limit() && length <= LONGEST ? length : UNKNOWN;
    }

    /** The first byte of the opcode. */
    private int prefixes() {
        while (true) {
            int octet = octet();
            switch (octet) {
                case 0x66 -> narrow = true;
                case 0x67 -> shortAddress = true;
                case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0xf0, 0xf2, 0xf3 ->
                    wide = false; // a REX before it is of no use
                default -> {
                    if ((octet & 0xf0) != 0x40) {
                        return octet;
                    }
                    wide = (octet & 8) != 0;
                }
            }
        }
    }

    private boolean instruction(int opcode) {
        return switch (opcode) {
            case -1 -> false;
            case 0x0f -> twoBytes(octet());
            case 0xc5 -> {
                skip(1);
                yield vector(1, octet());
            }
            case 0xc4 -> {
                int map = octet() & 0x1f;
                skip(1);
                yield vector(map, octet());
            }
            case 0x62 -> {
                int map = octet() & 7;
                skip(2);
                yield vector(map, octet());
            }
            default -> rest(ONE_BYTE.charAt(opcode));
        };
    }

    private boolean twoBytes(int opcode) {
        return switch (opcode) {
            case -1 -> false;
            case 0x38 -> octet() >= 0 && rest('m');
            case 0x3a -> octet() >= 0 && rest('b');
            default -> rest(TWO_BYTES.charAt(opcode));
        };
    }

    /** VEX and EVEX: the maps are 0f, 0f 38, 0f 3a, and two with half-precision numbers. */
    private boolean vector(int map, int opcode) {
        if (opcode < 0) {
            return false;
        }
        return switch (map) {
            case 1 -> rest(TWO_BYTES.charAt(opcode));
            case 2, 5, 6 -> rest('m');
            case 3 -> rest('b');
            default -> false;
        };
    }

    private boolean rest(char form) {
        return switch (form) {
            case '.' -> true;
            case '1', '2', '3' -> skip(form - '0');
            case 'd' -> skip(4);
            case 'z' -> skip(constant());
            case 'q' -> skip(wide ? 8 : constant());
            case 'a' -> skip(shortAddress ? 4 : 8);
            case 'm' -> operands() >= 0;
            case 'b' -> operands() >= 0 && skip(1);
            case 'Z' -> operands() >= 0 && skip(constant());
            case 't', 'T' -> {
                int operation = operands();
                yield operation >= 0 && skip(operation > 1 ? 0 : form == 't' ? 1 : constant());
            }
            default -> false;
        };
    }

    private int constant() {
        return narrow && !wide ? 2 : 4;
    }

    /** Reads a ModRM byte with what belongs to it; the operation that it may hold, or -1 at the code's end. */
    private int operands() {
        int modrm = octet();
        int mode = modrm >> 6;
        int base = modrm & 7;
        if (modrm < 0) {
            return -1;
        }
        if (mode != 3) {
            if (base == 4) {
                base = octet() & 7;
            }
            skip(mode == 1 ? 1 : mode == 2 || base == 5 ? 4 : 0);
        }
        return modrm >> 3 & 7;
    }

    private boolean skip(int bytes) {
        at += bytes;
        return true;
    }

    /** The next byte; -1, and a position beyond the end, if there is none. */
    private int octet() {
        int octet = at < code.limit() ? code.get(at) & 0xff : -1;
        at++;
        return octet;
    }
}
