package dev.javelin.collector.elf;

/** Numbers of call frame instructions and of operations in their expressions (DWARF 5, sections 7.24 and 7.7.1; GNU extensions). */
final class FrameOps {
    static final int NOP = 0x00;
    static final int SET_LOC = 0x01;
    static final int ADVANCE_LOC1 = 0x02;
    static final int ADVANCE_LOC2 = 0x03;
    static final int ADVANCE_LOC4 = 0x04;
    static final int OFFSET_EXTENDED = 0x05;
    static final int RESTORE_EXTENDED = 0x06;
    static final int UNDEFINED = 0x07;
    static final int SAME_VALUE = 0x08;
    static final int REGISTER = 0x09;
    static final int REMEMBER_STATE = 0x0a;
    static final int RESTORE_STATE = 0x0b;
    static final int DEF_CFA = 0x0c;
    static final int DEF_CFA_REGISTER = 0x0d;
    static final int DEF_CFA_OFFSET = 0x0e;
    static final int DEF_CFA_EXPRESSION = 0x0f;
    static final int EXPRESSION = 0x10;
    static final int OFFSET_EXTENDED_SF = 0x11;
    static final int DEF_CFA_SF = 0x12;
    static final int DEF_CFA_OFFSET_SF = 0x13;
    static final int VAL_OFFSET = 0x14;
    static final int VAL_OFFSET_SF = 0x15;
    static final int VAL_EXPRESSION = 0x16;
    static final int GNU_WINDOW_SAVE = 0x2d;
    static final int GNU_ARGS_SIZE = 0x2e;
    static final int GNU_NEGATIVE_OFFSET_EXTENDED = 0x2f;

    /** Upper two bits: the operand is in the lower six. */
    static final int ADVANCE_LOC = 1;

    static final int OFFSET = 2;
    static final int RESTORE = 3;

    static final int DEREF = 0x06;
    static final int LIT0 = 0x30;
    static final int BREG0 = 0x70;

    /** The CFA of a lazy PLT, as GNU ld writes it; byte 6 is lit10 or lit11, by the form of the stubs. */
    static final byte[] PLT_FORM = {0x77, 8, (byte) 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22};

    private FrameOps() {}
}
