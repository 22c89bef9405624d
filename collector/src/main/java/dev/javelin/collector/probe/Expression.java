package dev.javelin.collector.probe;

import dev.javelin.collector.probe.PredicateOp.Op;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** A predicate as a tree, which writes itself as text and as a program. */
sealed interface Expression {
    /** Binds tighter than every {@link BinaryOperator}. */
    int TIGHTEST = 100;

    /** As it could have been typed: one space around operators between two values, no needless parentheses. */
    String text();

    /** Appends the steps that leave its value on the stack. */
    void compile(List<PredicateOp> program);

    /** Its value, if it is the same always. */
    default OptionalLong constant() {
        return OptionalLong.empty();
    }

    default int precedence() {
        return TIGHTEST;
    }

    /** Its text where an operator of this precedence stands beside it. */
    default String text(int precedence) {
        return precedence() < precedence ? "(" + text() + ")" : text();
    }

    /**
     * A number.
     *
     * @param text as typed, with its unit
     */
    record Constant(long value, String text) implements Expression {
        @Override
        public void compile(List<PredicateOp> program) {
            program.add(new PredicateOp(Op.CONST, 0, value));
        }

        @Override
        public OptionalLong constant() {
            return OptionalLong.of(value);
        }
    }

    /** Any variable but comm. */
    record Read(Predicate.Variable variable) implements Expression {
        @Override
        public String text() {
            return variable.text();
        }

        @Override
        public void compile(List<PredicateOp> program) {
            program.add(new PredicateOp(variable.op(), variable.index(), 0));
        }
    }

    /** The comparison of a thread's name with a string, the only use of either. */
    record CommIs(String name, boolean negated) implements Expression {
        /** What the kernel keeps of a thread's name. */
        static final int BYTES = 16;

        static byte[] bytes(String name) {
            return name.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String text() {
            String quoted = name.replace("\\", "\\\\").replace("\"", "\\\"");
            return "comm " + operator().symbol() + " \"" + quoted + "\"";
        }

        @Override
        public int precedence() {
            return operator().precedence();
        }

        @Override
        public void compile(List<PredicateOp> program) {
            ByteBuffer padded =
                    ByteBuffer.wrap(Arrays.copyOf(bytes(name), BYTES)).order(ByteOrder.LITTLE_ENDIAN);
            for (int half = 0; half < 2; half++) {
                program.add(new PredicateOp(Op.COMM, half, 0));
                program.add(new PredicateOp(Op.CONST, 0, padded.getLong()));
                program.add(new PredicateOp(operator().op()));
            }
            program.add(new PredicateOp(negated ? Op.OR : Op.AND));
        }

        private BinaryOperator operator() {
            return negated ? BinaryOperator.NE : BinaryOperator.EQ;
        }
    }

    record Unary(UnaryOperator operator, Expression operand) implements Expression {
        @Override
        public String text() {
            return operator.symbol() + operand.text(TIGHTEST);
        }

        @Override
        public void compile(List<PredicateOp> program) {
            OptionalLong constant = constant();
            if (constant.isPresent()) {
                program.add(new PredicateOp(Op.CONST, 0, constant.getAsLong()));
                return;
            }
            operand.compile(program);
            program.add(new PredicateOp(operator.op()));
        }

        @Override
        public OptionalLong constant() {
            OptionalLong value = operand.constant();
            return value.isPresent() ? OptionalLong.of(operator.apply(value.getAsLong())) : value;
        }
    }

    record Binary(BinaryOperator operator, Expression left, Expression right) implements Expression {
        @Override
        public String text() {
            return left.text(precedence()) + " " + operator.symbol() + " " + right.text(precedence() + 1);
        }

        @Override
        public int precedence() {
            return operator.precedence();
        }

        @Override
        public void compile(List<PredicateOp> program) {
            OptionalLong constant = constant();
            if (constant.isPresent()) {
                program.add(new PredicateOp(Op.CONST, 0, constant.getAsLong()));
                return;
            }
            left.compile(program);
            right.compile(program);
            program.add(new PredicateOp(operator.op()));
        }

        @Override
        public OptionalLong constant() {
            OptionalLong first = left.constant();
            OptionalLong second = right.constant();
            return first.isPresent() && second.isPresent()
                    ? OptionalLong.of(operator.apply(first.getAsLong(), second.getAsLong()))
                    : OptionalLong.empty();
        }
    }
}
