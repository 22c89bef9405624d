package dev.javelin.collector.probe;

import java.nio.ByteBuffer;

/**
 * Reads the instructions with which functions begin (encodings: Intel SDM, volume 2), as far as they leave alone the stack pointer, the
 * registers of integer arguments (rdi, rsi, rdx, rcx, r8, r9) and memory. Vector registers are not regarded.
 */
final class PrologueReader {
    /** What an instruction is to a probe. */
    enum Kind {
        /** {@code push} of a 64-bit register, of one byte or two. */
        PUSH,
        /** {@code nop} of one byte, or of two: {@code 66 90}. */
        NOP,
        /** A relative jump, conditional or not, or a relative call. */
        BRANCH,
        /** It changes nothing that a probe at the function's entry would see. */
        HARMLESS,
        /** Another one, or one that is not known here. */
        OTHER
    }

    private static final int RAX = 0;
    private static final int RBX = 3;
    /** rax, rbx, rbp, r10 to r15: neither an argument nor the stack pointer. */
    private static final int FREE = (1 << RAX) | (1 << RBX) | (1 << 5) | 0xfc00;
    /** Of {@code cmp} among the eight operations that share encodings. */
    private static final int CMP = 7;

    private final ByteBuffer code;
    private int at;
    private boolean operandSize;
    private boolean repeat;
    private int rex;
    private int modrm;

    PrologueReader(ByteBuffer code) {
        this.code = code;
    }

    /** Where the next instruction begins. */
    int at() {
        return at;
    }

    /** Reads one instruction; after {@link Kind#OTHER} its length is not known. What the code's end cuts off is OTHER. */
    Kind next() {
        prefixes();
        int opcode = octet();
        Kind kind = opcode == 0x0f ? twoByte(octet()) : oneByte(opcode);
        return at <= code.limit() ? kind : Kind.OTHER;
    }

    private void prefixes() {
        operandSize = false;
        repeat = false;
        rex = 0;
        int prefix = peek();
        while (prefix == 0x66 || prefix == 0xf3 || prefix == 0x64 || prefix == 0x2e) {
            operandSize |= prefix == 0x66;
            repeat |= prefix == 0xf3;
            at++;
            prefix = peek();
        }
        if ((prefix & 0xf0) == 0x40) {
            rex = prefix;
            at++;
        }
    }

    private int peek() {
        return at < code.limit() ? code.get(at) & 0xff : -1;
    }

    /** The next byte; -1, and a position beyond the end, if there is none. */
    private int octet() {
        int octet = peek();
        at++;
        return octet;
    }

    private Kind oneByte(int opcode) {
        if (opcode >= 0x50 && opcode <= 0x57) {
            boolean plain = !operandSize && !repeat && (rex == 0 || rex == 0x41);
            return plain ? Kind.PUSH : Kind.OTHER;
        }
        if (opcode == 0x90) {
            return rex == 0 && !repeat ? Kind.NOP : Kind.OTHER;
        }
        if ((opcode >= 0x70 && opcode <= 0x7f) || opcode == 0xeb) {
            return branch(1);
        }
        if (opcode == 0xe8 || opcode == 0xe9) {
            return branch(4);
        }
        return harmlessIf(opcode >= 0 && !repeat && (opcode < 0x40 ? arithmetic(opcode) : other(opcode)));
    }

    private Kind branch(int displacement) {
        at += displacement;
        return operandSize || repeat || rex != 0 ? Kind.OTHER : Kind.BRANCH;
    }

    private static Kind harmlessIf(boolean harmless) {
        return harmless ? Kind.HARMLESS : Kind.OTHER;
    }

    /** add, or, adc, sbb, and, sub, xor, cmp in six forms each. */
    private boolean arithmetic(int opcode) {
        boolean compares = opcode >> 3 == CMP;
        return switch (opcode & 7) {
            case 0 -> operands(0) && (compares || changesFreeByte());
            case 1 -> operands(0) && (compares || changesFree());
            case 2 -> operands(0) && (compares || freeByte(register()));
            case 3 -> operands(0) && (compares || free(register()));
            case 4 -> skip(1);
            case 5 -> skip(immediate());
            default -> false;
        };
    }

    private boolean other(int opcode) {
        return switch (opcode) {
            case 0x63, 0x8b, 0x8d -> operands(0) && free(register()); // movslq, mov, lea
            case 0x69 -> operands(immediate()) && free(register()); // imul with a constant
            case 0x6b -> operands(1) && free(register());
            case 0x80 -> operands(1) && (operation() == CMP || changesFreeByte());
            case 0x81 -> operands(immediate()) && (operation() == CMP || changesFree());
            case 0x83 -> operands(1) && (operation() == CMP || changesFree());
            case 0x84, 0x85 -> operands(0); // test
            case 0x88 -> operands(0) && changesFreeByte(); // mov
            case 0x89 -> operands(0) && changesFree();
            case 0x8a -> operands(0) && freeByte(register());
            case 0x98 -> true; // cltq
            case 0xa8 -> skip(1); // test with a constant
            case 0xa9 -> skip(immediate());
            case 0xc1 -> operands(1) && changesFree(); // shifts
            case 0xd1, 0xd3 -> operands(0) && changesFree();
            case 0xc7 -> operands(immediate()) && changesFree(); // mov of a constant
            case 0xf6 -> unary(1);
            case 0xf7 -> unary(immediate());
            default -> constantMove(opcode);
        };
    }

    private boolean constantMove(int opcode) {
        if (opcode >= 0xb8 && opcode <= 0xbf) {
            return skip((rex & 8) != 0 ? 8 : immediate()) && free((opcode & 7) | (rex & 1) << 3);
        }
        return opcode >= 0xb0 && opcode <= 0xb7 && skip(1) && freeByte((opcode & 7) | (rex & 1) << 3);
    }

    /** test with a constant, not, neg; multiplications and divisions change rdx. */
    private boolean unary(int constant) {
        int operation = peek() >> 3 & 7;
        return operation == 0 ? operands(constant) : operation <= 3 && operands(0) && changesFree();
    }

    private Kind twoByte(int opcode) {
        if (opcode >= 0x80 && opcode <= 0x8f) {
            return branch(4);
        }
        if (opcode == 0x1e && repeat) {
            return harmlessIf(octet() == 0xfa); // endbr64
        }
        return harmlessIf(opcode == 0x1f ? operands(0) : twoByteHarmless(opcode));
    }

    private boolean twoByteHarmless(int opcode) {
        if (opcode >= 0x40 && opcode <= 0x4f) {
            return operands(0) && free(register()); // cmov
        }
        if (opcode >= 0x90 && opcode <= 0x9f) {
            return operands(0) && changesFreeByte(); // set
        }
        return switch (opcode) {
            case 0xaf, 0xb6, 0xb7, 0xbe, 0xbf -> operands(0) && free(register()); // imul, movzx, movsx
            case 0xa3 -> operands(0); // bt
            // into a vector register: movups, unpcklpd, movhps, movaps, cvtsi2sd, xorps, punpcklqdq, movd, movdqa, pxor
            case 0x10, 0x14, 0x16, 0x28, 0x2a, 0x57, 0x6c, 0x6e, 0x6f, 0xef -> operands(0);
            case 0x2e, 0x2f -> operands(0); // comparisons of them
            default -> false;
        };
    }

    /** Reads the ModRM byte with what belongs to it, and skips a constant behind it. */
    private boolean operands(int constant) {
        modrm = octet();
        int mode = modrm >> 6;
        if (mode != 3) {
            int base = modrm & 7;
            if (base == 4) {
                base = octet() & 7;
            }
            boolean wide = mode == 2 || (mode == 0 && base == 5);
            at += mode == 1 ? 1 : wide ? 4 : 0;
        }
        return skip(constant);
    }

    private boolean skip(int bytes) {
        at += bytes;
        return true;
    }

    /** Bytes of a constant that is as wide as the operands, four at most. */
    private int immediate() {
        return operandSize ? 2 : 4;
    }

    private int operation() {
        return modrm >> 3 & 7;
    }

    private int register() {
        return operation() | (rex & 4) << 1;
    }

    /** The other operand is a register that may change. */
    private boolean changesFree() {
        return modrm >> 6 == 3 && free((modrm & 7) | (rex & 1) << 3);
    }

    private boolean changesFreeByte() {
        return modrm >> 6 == 3 && freeByte((modrm & 7) | (rex & 1) << 3);
    }

    private static boolean free(int register) {
        return (FREE & (1 << register)) != 0;
    }

    /** Without a REX prefix 4 to 7 are the second bytes of rax, rcx, rdx and rbx. */
    private boolean freeByte(int register) {
        boolean second = rex == 0 && register >= 4;
        return second ? (register == 4 || register == 7) : free(register);
    }
}
