package dev.javelin.collector.walker;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a probe takes of an event ({@code struct probe}):
 *
 * <pre>
 *  0 u32 flags  4 u16 value  6 u16 value_index  8 u16 key  10 u16 key_index  12 u32 predicate_ops  16 u64 zero
 * 24 u64 period  32 struct argument arguments[12] (16 each)  224 struct predicate_op predicate[32] (16 each)
 * 736 u32 texts  740 struct text_argument text[4] (2 each)  748 pad  752 struct argument returned
 * </pre>
 *
 * @param flags an or of the FLAG constants
 * @param value what is summed up of an event
 * @param key what events are counted by, besides stack and thread; {@link What#ONE} for nothing
 * @param period of so many events on a CPU the last one is taken, and stands for all of them; at least 1
 * @param arguments where the event's arguments are, at most 12
 * @param predicate which events are taken, at most 32 operations; empty for all
 * @param returned how wide what a function returns is, and whether it is signed; null for all 64 bits
 * @param texts what is read of the process's memory when an event is handed over, at most 4
 */
public record ProbeRow(
        int flags,
        What value,
        What key,
        long period,
        List<Argument> arguments,
        List<Operation> predicate,
        Argument returned,
        List<Text> texts) {
    public static final int FLAG_STACKS = 1;
    public static final int FLAG_BUCKETS = 2;
    public static final int FLAG_CALLS = 4;
    public static final int FLAG_TRACE = 8;
    /** A call of a Java method that the agent tells of; the arguments are constants. */
    public static final int FLAG_TOLD = 16;

    static final int BYTES = 768;
    /** Arguments of a probe at most. */
    public static final int MAX_ARGUMENTS = 12;

    /** Texts of a probe at most. */
    public static final int MAX_TEXTS = 4;

    static final int MAX_OPERATIONS = 32;
    private static final int PERIOD = 24;
    private static final int ARGUMENTS = 32;
    private static final int PREDICATE = 224;
    private static final int TEXTS = 736;
    private static final int RETURNED = 752;

    /** {@code enum probe_what}, with the number of the argument where it is one. */
    public record What(int code, int index) {
        public static final What ONE = new What(0, 0);
        public static final What RETURN = new What(2, 0);
        /** Nanoseconds. */
        public static final What DURATION = new What(3, 0);

        public static final What THREAD = new What(4, 0);
        public static final What CPU = new What(5, 0);
        public static final What SYSCALL = new What(6, 0);

        public static What argument(int index) {
            return new What(1, index);
        }

        /** Whether it is a plain number of an event: an argument, or what was returned. */
        public boolean isNumber() {
            return code == 1 || code == RETURN.code;
        }

        /** How users name a number: {@code arg2}, {@code retval}. */
        public String text() {
            return code == 1 ? "arg" + index : "retval";
        }
    }

    /**
     * {@code struct argument}.
     *
     * @param kind {@code enum argument_kind}
     * @param size bytes: 1, 2, 4 or 8
     * @param scale of the index register; 0 if there is none
     * @param register offset in {@code struct pt_regs}
     * @param index the same for the index register
     * @param offset of memory from the register, or the constant, or the offset in a tracepoint's record
     */
    public record Argument(int kind, int size, boolean signed, int scale, int register, int index, long offset) {
        public static final int REGISTER = 1;
        public static final int MEMORY = 2;
        public static final int CONSTANT = 3;
        public static final int FIELD = 4;

        private void put(ByteBuffer b, int at) {
            b.put(at, (byte) kind);
            b.put(at + 1, (byte) size);
            b.put(at + 2, (byte) (signed ? 1 : 0));
            b.put(at + 3, (byte) scale);
            b.putShort(at + 4, (short) register);
            b.putShort(at + 6, (short) index);
            b.putLong(at + 8, offset);
        }
    }

    /** {@code struct predicate_op}. */
    public record Operation(int code, int index, long value) {}

    /**
     * {@code struct text_argument}.
     *
     * @param argument number of the argument that points to the text
     * @param length number of the argument that has its length in bytes, or {@link #ZERO_TERMINATED}
     */
    public record Text(int argument, int length) {
        public static final int ZERO_TERMINATED = 255;
    }

    /** A probe that reads no texts, and of whose function nothing is known. */
    public ProbeRow(int flags, What value, What key, long period, List<Argument> arguments, List<Operation> predicate) {
        this(flags, value, key, period, arguments, predicate, null, List.of());
    }

    public ProbeRow {
        arguments = List.copyOf(arguments);
        predicate = List.copyOf(predicate);
        texts = List.copyOf(texts);
        if (arguments.size() > MAX_ARGUMENTS
                || predicate.size() > MAX_OPERATIONS
                || texts.size() > MAX_TEXTS
                || period < 1) {
            throw new IllegalArgumentException(arguments.size() + " arguments, " + predicate.size() + " operations, "
                    + texts.size() + " texts, period " + period);
        }
    }

    ProbeRow withTexts(List<Text> read) {
        return new ProbeRow(flags, value, key, period, arguments, predicate, returned, read);
    }

    void put(ByteBuffer b, int at) {
        b.putInt(at, flags);
        b.putShort(at + 4, (short) value.code());
        b.putShort(at + 6, (short) value.index());
        b.putShort(at + 8, (short) key.code());
        b.putShort(at + 10, (short) key.index());
        b.putInt(at + 12, predicate.size());
        b.putLong(at + PERIOD, period);
        int place = at + ARGUMENTS;
        for (Argument argument : arguments) {
            argument.put(b, place);
            place += 16;
        }
        place = at + PREDICATE;
        for (Operation operation : predicate) {
            b.putInt(place, operation.code());
            b.putInt(place + 4, operation.index());
            b.putLong(place + 8, operation.value());
            place += 16;
        }
        if (returned != null) {
            returned.put(b, at + RETURNED);
        }
        b.putInt(at + TEXTS, texts.size());
        place = at + TEXTS + Integer.BYTES;
        for (Text text : texts) {
            b.put(place, (byte) text.argument());
            b.put(place + 1, (byte) text.length());
            place += 2;
        }
    }
}
