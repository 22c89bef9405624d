package dev.javelin.collector.probe;

import dev.javelin.collector.probe.PredicateOp.Op;
import dev.javelin.collector.session.JavelinException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which hits of a probe count: an expression that is true where it is not 0, compiled for a small machine in the kernel.
 *
 * <p>Operators are C's, with C's precedences: {@code || && | ^ & == != < <= > >= << >> + - * / % ! ~ -} and parentheses. All values
 * are signed 64-bit integers that wrap around; {@link PredicateOp.Op} says what each operator does at its limits. Both sides of
 * {@code &&} and {@code ||} are computed.
 *
 * <p>Numbers are decimal, or hexadecimal after {@code 0x}. A unit makes a duration in nanoseconds, {@code ns us ms s m h}, which may
 * have a fraction ({@code 1.5ms}), or a size in powers of 1,024, {@code k M g}. As in the options of the command line {@code m} is a
 * minute; a mebibyte is {@code M}.
 *
 * <p>An argument or a return value that is an {@code int} in C fills the lower half of its variable, and what the upper half holds is
 * not defined: {@code (retval & 0xffffffff) == 0xffffffff} finds -1.
 *
 * <p>Two predicates are equal if their canonical texts are.
 */
public final class Predicate {
    /** A program has at most so many steps. */
    public static final int MAX_OPS = 32;
    /** A program needs room for at most so many values. */
    public static final int MAX_STACK = 8;

    private static final int MAX_LENGTH = 1000;

    private final String text;
    private final Set<Variable> variables;
    private final List<PredicateOp> program;

    /** What an expression can read, by the names that bpftrace gives most of them. */
    public enum Variable {
        ARG0(Op.ARG, 0),
        ARG1(Op.ARG, 1),
        ARG2(Op.ARG, 2),
        ARG3(Op.ARG, 3),
        ARG4(Op.ARG, 4),
        ARG5(Op.ARG, 5),
        ARG6(Op.ARG, 6),
        ARG7(Op.ARG, 7),
        ARG8(Op.ARG, 8),
        ARG9(Op.ARG, 9),
        ARG10(Op.ARG, 10),
        ARG11(Op.ARG, 11),
        /** What the function or system call returned. */
        RETVAL(Op.RETVAL, 0),
        /** Nanoseconds from entry to return. */
        DURATION(Op.DURATION, 0),
        /** The thread's number. */
        TID(Op.TID, 0),
        /** The process's number. */
        PID(Op.PID, 0),
        /** The number of the processor. */
        CPU(Op.CPU, 0),
        /** The thread's name in the kernel, at most 15 bytes; only for comparison with a string. */
        COMM(Op.COMM, 0);

        private final Op op;
        private final int index;

        Variable(Op op, int index) {
            this.op = op;
            this.index = index;
        }

        /** As it is typed. */
        public String text() {
            return op == Op.ARG ? "arg" + index : name().toLowerCase(Locale.ROOT);
        }

        Op op() {
            return op;
        }

        int index() {
            return index;
        }
    }

    private Predicate(String text, Set<Variable> variables, List<PredicateOp> program) {
        this.text = text;
        this.variables = Collections.unmodifiableSet(variables);
        this.program = List.copyOf(program);
    }

    /**
     * Reads what stands between the slashes. Every variable is allowed; see {@link #variables()}.
     *
     * @throws JavelinException usage, if it cannot be understood, or is too much for the kernel's side. Positions in the message count
     *     characters from 1.
     */
    public static Predicate parse(String body) {
        String text = body.strip();
        if (text.isEmpty()) {
            throw JavelinException.usage("a predicate is empty: write a condition, such as /arg2 > 4096/");
        }
        if (text.length() > MAX_LENGTH) {
            throw JavelinException.usage("a predicate is longer than " + MAX_LENGTH + " characters: make it shorter");
        }
        PredicateParser parser = new PredicateParser(text);
        Expression expression = parser.parse();
        List<PredicateOp> program = new ArrayList<>();
        expression.compile(program);
        checkLimits(text, program);
        return new Predicate(expression.text(), parser.variables(), program);
    }

    /** Its canonical text, without slashes: parsed again it gives the same predicate. */
    public String text() {
        return text;
    }

    /** What it reads, so that a command can refuse what a probe does not have. Unmodifiable. */
    public Set<Variable> variables() {
        return variables;
    }

    /**
     * The steps in the order in which they are done, 1 to {@link #MAX_OPS}, without an END. They need at most {@link #MAX_STACK}
     * values on the stack and leave one: the hit counts unless it is 0. Unmodifiable.
     */
    public List<PredicateOp> program() {
        return program;
    }

    private static void checkLimits(String text, List<PredicateOp> program) {
        if (program.size() > MAX_OPS) {
            throw JavelinException.usage("predicate '" + text + "' takes " + program.size() + " steps, and " + MAX_OPS
                    + " are possible: make it shorter");
        }
        int most = mostValues(program);
        if (most > MAX_STACK) {
            throw JavelinException.usage("predicate '" + text + "' holds " + most + " values at once, and " + MAX_STACK
                    + " are possible: write what is nested deepest first");
        }
    }

    private static int mostValues(List<PredicateOp> program) {
        int values = 0;
        int most = 0;
        for (PredicateOp step : program) {
            values += 1 - step.op().operands();
            most = Math.max(most, values);
        }
        return most;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Predicate predicate && predicate.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
