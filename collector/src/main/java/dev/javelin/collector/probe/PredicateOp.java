package dev.javelin.collector.probe;

/**
 * One step of a compiled {@link Predicate}, for a machine with a stack of signed 64-bit values that starts empty.
 *
 * @param op what is done
 * @param index which argument for ARG (0 to 11), which half for COMM (0 or 1), otherwise 0
 * @param value the value for CONST, otherwise 0
 */
public record PredicateOp(Op op, int index, long value) {

    /**
     * What a step does. The numbers are part of the interface to the kernel's side. Operators take the right operand from the top of
     * the stack and the left one from below it, and arithmetic wraps around.
     */
    public enum Op {
        /** Never part of a program: what follows the last step where a row has room for more. The result is the top of the stack. */
        END(0),
        CONST(1),
        ARG(2),
        RETVAL(3),
        DURATION(4),
        TID(5),
        PID(6),
        CPU(7),
        /** Eight bytes of the thread's name, padded with zeros to 16: index 0 the first eight, 1 the last, little endian. */
        COMM(8),
        ADD(16),
        SUB(17),
        MUL(18),
        /** Signed, towards 0; 0 when divided by 0; the least value divided by -1 is itself. */
        DIV(19),
        /** Has the dividend's sign; 0 when divided by 0. */
        MOD(20),
        BIT_AND(21),
        BIT_OR(22),
        BIT_XOR(23),
        /** Only the low six bits of the right operand count, here and for SHR. */
        SHL(24),
        /** Arithmetic: the sign stays. */
        SHR(25),
        NEG(26),
        BIT_NOT(27),
        /** 1 for 0, 0 for all else. */
        NOT(28),
        /** Comparisons are signed and give 1 or 0. */
        EQ(32),
        NE(33),
        LT(34),
        LE(35),
        GT(36),
        GE(37),
        /** Logical, of values that were both computed: 1 or 0. */
        AND(38),
        OR(39);

        private final int code;

        Op(int code) {
            this.code = code;
        }

        /** The number by which the kernel's side knows it, 0 to 39. */
        public int code() {
            return code;
        }

        /** How many values it takes from the stack; each but END leaves one. */
        int operands() {
            if (code < ADD.code) {
                return 0;
            }
            return this == NEG || this == BIT_NOT || this == NOT ? 1 : 2;
        }
    }

    PredicateOp(Op op) {
        this(op, 0, 0);
    }
}
