package dev.javelin.collector.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The machine that runs compiled predicates, as the kernel's side is to be written; it knows the steps by their codes alone. */
final class Evaluation {
    private final long[] stack = new long[Predicate.MAX_STACK];
    private int values;

    private Evaluation() {}

    /** What a predicate can read of a hit. */
    record Hit(List<Long> args, long retval, long duration, long tid, long pid, long cpu, String comm) {}

    /** The value that the program leaves. */
    static long run(List<PredicateOp> program, Hit hit) {
        Evaluation machine = new Evaluation();
        for (PredicateOp step : program) {
            machine.step(step, hit);
        }
        if (machine.values != 1) {
            throw new IllegalStateException(machine.values + " values are left");
        }
        return machine.stack[0];
    }

    private void step(PredicateOp step, Hit hit) {
        int code = step.op().code();
        if (code < 16) {
            push(read(step, hit));
        } else if (code == 26) {
            push(-pop());
        } else if (code == 27) {
            push(~pop());
        } else if (code == 28) {
            push(pop() == 0 ? 1 : 0);
        } else {
            long right = pop();
            long left = pop();
            push(code < 32 ? arithmetic(code, left, right) : truth(code, left, right) ? 1 : 0);
        }
    }

    private static long read(PredicateOp step, Hit hit) {
        return switch (step.op().code()) {
            case 1 -> step.value();
            case 2 -> hit.args().get(step.index());
            case 3 -> hit.retval();
            case 4 -> hit.duration();
            case 5 -> hit.tid();
            case 6 -> hit.pid();
            case 7 -> hit.cpu();
            case 8 -> half(hit.comm(), step.index());
            default -> throw new IllegalArgumentException(step.toString());
        };
    }

    private static long half(String comm, int index) {
        byte[] padded = Arrays.copyOf(comm.getBytes(StandardCharsets.UTF_8), 16);
        return ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN).getLong(8 * index);
    }

    private static long arithmetic(int code, long left, long right) {
        return switch (code) {
            case 16 -> left + right;
            case 17 -> left - right;
            case 18 -> left * right;
            case 19 -> right == 0 ? 0 : left / right;
            case 20 -> right == 0 ? 0 : left % right;
            case 21 -> left & right;
            case 22 -> left | right;
            case 23 -> left ^ right;
            case 24 -> left << (right & 63);
            case 25 -> left >> (right & 63);
            default -> throw new IllegalArgumentException("code " + code);
        };
    }

    private static boolean truth(int code, long left, long right) {
        return switch (code) {
            case 32 -> left == right;
            case 33 -> left != right;
            case 34 -> left < right;
            case 35 -> left <= right;
            case 36 -> left > right;
            case 37 -> left >= right;
            case 38 -> left != 0 && right != 0;
            case 39 -> left != 0 || right != 0;
            default -> throw new IllegalArgumentException("code " + code);
        };
    }

    private void push(long value) {
        stack[values++] = value;
    }

    private long pop() {
        return stack[--values];
    }
}
