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
    private static final int FREE = 1 << RAX | 1 << RBX | 1 << 5 | 0xfc00;
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
        switch (opcode & 7) {
            case 0:
                return operands(0) && (compares || changesFreeByte());
            case 1:
                return operands(0) && (compares || changesFree());
            case 2:
                return operands(0) && (compares || freeByte(register()));
            case 3:
                return operands(0) && (compares || free(register()));
            case 4:
                return skip(1);
            case 5:
                return skip(immediate());
            default:
                return false;
        }
    }

    private boolean other(int opcode) {
        switch (opcode) {
            case 0x63: // movslq
            case 0x8b: // mov
            case 0x8d: // lea
                return operands(0) && free(register());
            case 0x69: // imul with a constant
                return operands(immediate()) && free(register());
            case 0x6b:
                return operands(1) && free(register());
            case 0x80:
                return operands(1) && (operation() == CMP || changesFreeByte());
            case 0x81:
                return operands(immediate()) && (operation() == CMP || changesFree());
            case 0x83:
                return operands(1) && (operation() == CMP || changesFree());
            case 0x84: // test
            case 0x85:
                return operands(0);
            case 0x88: // mov
                return operands(0) && changesFreeByte();
            case 0x89:
                return operands(0) && changesFree();
            case 0x8a:
                return operands(0) && freeByte(register());
            case 0x98: // cltq
                return true;
            case 0xa8: // test with a constant
                return skip(1);
            case 0xa9:
                return skip(immediate());
            case 0xc1: // shifts
                return operands(1) && changesFree();
            case 0xd1:
            case 0xd3:
                return operands(0) && changesFree();
            case 0xc7: // mov of a constant
                return operands(immediate()) && changesFree();
            case 0xf6: // test with a constant; not, neg
                return unary(1);
            case 0xf7:
                return unary(immediate());
            default:
                return constantMove(opcode);
        }
    }

    private boolean constantMove(int opcode) {
        if (opcode >= 0xb8 && opcode <= 0xbf) {
            return skip((rex & 8) != 0 ? 8 : immediate()) && free((opcode & 7) | (rex & 1) << 3);
        }
        return opcode >= 0xb0 && opcode <= 0xb7 && skip(1) && freeByte((opcode & 7) | (rex & 1) << 3);
    }

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
        switch (opcode) {
            case 0xaf: // imul
            case 0xb6: // movzx, movsx
            case 0xb7:
            case 0xbe:
            case 0xbf:
                return operands(0) && free(register());
            case 0xa3: // bt
                return operands(0);
            case 0x10: // into a vector register: movups, unpcklpd, movhps, movaps, cvtsi2sd, xorps, punpcklqdq, movd,
            // movdqa, pxor
            case 0x14:
            case 0x16:
            case 0x28:
            case 0x2a:
            case 0x57:
            case 0x6c:
            case 0x6e:
            case 0x6f:
            case 0xef:
                return operands(0);
            case 0x2e: // comparisons of them
            case 0x2f:
                return operands(0);
            default:
                return false;
        }
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
        return (FREE >> register & 1) != 0;
    }

    /** Without a REX prefix 4 to 7 are the second bytes of rax, rcx, rdx and rbx. */
    private boolean freeByte(int register) {
        return rex == 0 && register >= 4 ? register == 4 || register == 7 : free(register);
    }
}
