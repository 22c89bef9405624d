package dev.javelin.collector.probe;

import dev.javelin.collector.probe.PredicateOp.Op;

/** The operators between two values, with C's precedences: a greater number binds tighter. */
enum BinaryOperator {
    OR("||", 1, Op.OR),
    AND("&&", 2, Op.AND),
    BIT_OR("|", 3, Op.BIT_OR),
    BIT_XOR("^", 4, Op.BIT_XOR),
    BIT_AND("&", 5, Op.BIT_AND),
    EQ("==", 6, Op.EQ),
    NE("!=", 6, Op.NE),
    LT("<", 7, Op.LT),
    LE("<=", 7, Op.LE),
    GT(">", 7, Op.GT),
    GE(">=", 7, Op.GE),
    SHL("<<", 8, Op.SHL),
    SHR(">>", 8, Op.SHR),
    ADD("+", 9, Op.ADD),
    SUB("-", 9, Op.SUB),
    MUL("*", 10, Op.MUL),
    DIV("/", 10, Op.DIV),
    MOD("%", 10, Op.MOD);

    private final String symbol;
    private final int precedence;
    private final Op op;

    BinaryOperator(String symbol, int precedence, Op op) {
        this.symbol = symbol;
        this.precedence = precedence;
        this.op = op;
    }

    String symbol() {
        return symbol;
    }

    int precedence() {
        return precedence;
    }

    Op op() {
        return op;
    }

    /** What the kernel's side would compute. */
    long apply(long a, long b) {
        return switch (this) {
            case OR -> bit(a != 0 || b != 0);
            case AND -> bit(a != 0 && b != 0);
            case BIT_OR -> a | b;
            case BIT_XOR -> a ^ b;
            case BIT_AND -> a & b;
            case EQ -> bit(a == b);
            case NE -> bit(a != b);
            case LT -> bit(a < b);
            case LE -> bit(a <= b);
            case GT -> bit(a > b);
            case GE -> bit(a >= b);
            case SHL -> a << b;
            case SHR -> a >> b;
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> b == 0 ? 0 : a / b;
            case MOD -> b == 0 ? 0 : a % b;
        };
    }

    private static long bit(boolean value) {
        return value ? 1 : 0;
    }
}
