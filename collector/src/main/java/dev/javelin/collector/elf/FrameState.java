package dev.javelin.collector.elf;

import java.util.Arrays;

/**
 * The rules of one row of call frame information, as far as they can be used: for the CFA, for rbp and for the return address. Held as six
 * numbers, so that saving and restoring is copying.
 */
final class FrameState {
    static final int SIZE = 6;

    /** CFA = register + offset. */
    static final int CFA_REGISTER = 0;
    /** CFA as in a PLT; the offset is the constant that (pc and 15) is compared with. */
    static final int CFA_PLT = 1;
    /** CFA = the word at rbp + offset. */
    static final int CFA_DEREF_RBP = 2;
    /** Something else. */
    static final int CFA_OTHER = 3;

    /** The register is as in the caller. */
    static final int SAME = 0;
    /** The caller's value is stored at CFA + offset. */
    static final int AT_CFA = 1;
    /** It is stored at rbp + offset. */
    static final int AT_RBP = 2;
    /** It is undefined: for the return address, there is no caller. */
    static final int UNDEFINED = 3;
    /** Something else. */
    static final int OTHER = 4;

    private static final int REG_RBP = 6;
    private static final int REG_RSP = 7;
    private static final int LARGEST_OFFSET = 1 << 30;

    int cfaMode;
    int cfaRegister;
    int cfaOffset;
    int rbp;
    int rbpOffset;
    /** The return address: {@link #AT_CFA} (at CFA-8), {@link #UNDEFINED} or {@link #OTHER}. */
    int returnAddress;

    void reset() {
        cfaMode = CFA_OTHER;
        cfaRegister = 0;
        cfaOffset = 0;
        rbp = SAME;
        rbpOffset = 0;
        returnAddress = OTHER;
    }

    void save(int[] to, int at) {
        to[at] = cfaMode;
        to[at + 1] = cfaRegister;
        to[at + 2] = cfaOffset;
        to[at + 3] = rbp;
        to[at + 4] = rbpOffset;
        to[at + 5] = returnAddress;
    }

    void load(int[] from, int at) {
        cfaMode = from[at];
        cfaRegister = from[at + 1];
        cfaOffset = from[at + 2];
        rbp = from[at + 3];
        rbpOffset = from[at + 4];
        returnAddress = from[at + 5];
    }

    /** An offset that fits no row is kept as one that fits none. */
    static int clamp(long offset) {
        return (int) Math.max(-LARGEST_OFFSET, Math.min(LARGEST_OFFSET, offset));
    }

    /** The upper half of the row ({@link UnwindTable}) that says this. */
    int row() {
        if (returnAddress == UNDEFINED) {
            return UnwindTable.END << 24;
        }
        if (returnAddress != AT_CFA) {
            return 0;
        }
        return switch (cfaMode) {
            case CFA_REGISTER ->
                cfaRegister == REG_RSP ? row(UnwindTable.RSP) : cfaRegister == REG_RBP ? row(UnwindTable.RBP) : 0;
            case CFA_DEREF_RBP -> row(UnwindTable.DEREF_RBP);
            case CFA_PLT -> UnwindTable.PLT << 24 | slot(UnwindTable.PLT) << 16 | cfaOffset;
            default -> 0;
        };
    }

    private int row(int kind) {
        int words = cfaOffset >> 3;
        if ((cfaOffset & 7) != 0 || words != (short) words) {
            return 0;
        }
        return kind << 24 | slot(kind) << 16 | (words & 0xffff);
    }

    private int slot(int kind) {
        if (rbp == SAME) {
            return 0;
        }
        if (rbp == AT_CFA) {
            return words(rbpOffset);
        }
        if (rbp == AT_RBP && kind == UnwindTable.RBP) {
            return words(rbpOffset - cfaOffset);
        }
        if (rbp != AT_RBP || rbpOffset != 0) {
            return UnwindTable.RBP_LOST;
        }
        // gcc leaves the rule "stored where rbp points" in force in epilogues that have popped rbp and found rsp again
        return kind == UnwindTable.DEREF_RBP ? UnwindTable.RBP_AT_RBP : 0;
    }

    private static int words(int offset) {
        int words = offset >> 3;
        boolean fits = (offset & 7) == 0 && words != 0 && words >= -128 && words < UnwindTable.RBP_AT_RBP;
        return fits ? words & 0xff : UnwindTable.RBP_LOST;
    }

    /** Recognises {@code breg7 8; breg16 0; lit15; and; litN; ge; lit3; shl; plus}, {@code breg n} and {@code breg6 n; deref}. */
    void cfaExpression(FrameReader reader, int end) {
        byte[] b = reader.bytes;
        int at = reader.at;
        cfaMode = CFA_OTHER;
        if (end - at == 11 && isPlt(b, at)) {
            cfaMode = CFA_PLT;
            cfaOffset = b[at + 6] - FrameOps.LIT0;
            return;
        }
        int op = reader.u1();
        if (op != FrameOps.BREG0 + REG_RBP && op != FrameOps.BREG0 + REG_RSP) {
            return;
        }
        int offset = clamp(reader.sleb());
        if (reader.at == end) {
            cfaMode = CFA_REGISTER;
            cfaRegister = op - FrameOps.BREG0;
            cfaOffset = offset;
        } else if (reader.at + 1 == end && b[reader.at] == FrameOps.DEREF && op == FrameOps.BREG0 + REG_RBP) {
            cfaMode = CFA_DEREF_RBP;
            cfaOffset = offset;
        }
    }

    private static boolean isPlt(byte[] b, int at) {
        byte[] form = FrameOps.PLT_FORM;
        int constant = b[at + 6] - FrameOps.LIT0;
        return constant >= 0
                && constant < 32
                && Arrays.equals(b, at, at + 6, form, 0, 6)
                && Arrays.equals(b, at + 7, at + 11, form, 7, 11);
    }

    /** Recognises {@code breg6 n}: rbp is stored at rbp + n. */
    void rbpExpression(FrameReader reader, int end) {
        rbp = OTHER;
        if (reader.at < end && reader.u1() == FrameOps.BREG0 + REG_RBP) {
            int offset = clamp(reader.sleb());
            if (reader.at == end) {
                rbp = AT_RBP;
                rbpOffset = offset;
            }
        }
    }
}
