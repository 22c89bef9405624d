package dev.javelin.collector.probe;

import dev.javelin.collector.probe.PredicateOp.Op;

/** The operators before a value; they bind tighter than those between two. */
enum UnaryOperator {
    NEG("-", Op.NEG),
    BIT_NOT("~", Op.BIT_NOT),
    NOT("!", Op.NOT);

    private final String symbol;
    private final Op op;

    UnaryOperator(String symbol, Op op) {
        this.symbol = symbol;
        this.op = op;
    }

    String symbol() {
        return symbol;
    }

    Op op() {
        return op;
    }

    /** What the kernel's side would compute. */
    long apply(long a) {
        return switch (this) {
            case NEG -> -a;
            case BIT_NOT -> ~a;
            case NOT -> a == 0 ? 1 : 0;
        };
    }
}
