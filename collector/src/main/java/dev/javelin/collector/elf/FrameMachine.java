package dev.javelin.collector.elf;

/** Executes call frame instructions of one section, and puts the rows that come of them into a {@link RowSink}. */
final class FrameMachine {
    private static final int DEPTH = 32;
    private static final int REG_RBP = 6;
    private static final int REG_RA = 16;

    private final FrameReader reader;
    private final RowSink rows;
    private final FrameState state = new FrameState();
    private final int[] stack = new int[DEPTH * FrameState.SIZE];
    private FrameCie cie;
    private int depth;
    /** Where the current row begins, and where the description ends, both relative to the rows' base. */
    private long location;

    private long stop;
    private boolean emitting;
    /** What is added to a virtual address to make it relative. */
    private final long bias;

    FrameMachine(FrameReader reader, RowSink rows, long bias) {
        this.reader = reader;
        this.rows = rows;
        this.bias = bias;
    }

    /** Runs the instructions of a CIE, from the reader's position to {@code end}, and keeps the rules they set. */
    void initial(FrameCie common, int end) {
        cie = common;
        depth = 0;
        emitting = false;
        location = 0;
        stop = Long.MAX_VALUE;
        state.reset();
        execute(end);
        state.save(common.initial, 0);
    }

    /** Runs the instructions of a description of the addresses {@code from} to {@code to}, from the reader's position to {@code end}. */
    void run(FrameCie common, int end, long from, long to) {
        cie = common;
        depth = 0;
        emitting = true;
        location = from;
        stop = to;
        if (common.signal) {
            rows.add(from, UnwindTable.SIGNAL << 24);
            return;
        }
        state.load(common.initial, 0);
        try {
            execute(end);
            if (location < stop) {
                rows.add(location, state.row());
            }
        } catch (IndexOutOfBoundsException e) {
            if (location < stop) {
                rows.add(location, 0);
            }
        }
    }

    private void execute(int end) {
        while (reader.at < end) {
            int op = reader.u1();
            int low = op & 0x3f;
            switch (op >> 6) {
                case FrameOps.ADVANCE_LOC -> advance(low);
                case FrameOps.OFFSET -> offset(low, reader.uleb() * cie.dataAlign);
                case FrameOps.RESTORE -> restore(low);
                default -> extended(low);
            }
        }
        if (reader.at != end) {
            throw new IndexOutOfBoundsException("instruction reaches beyond its entry");
        }
    }

    private void extended(int op) {
        switch (op) {
            case FrameOps.NOP -> {}
            case FrameOps.DEF_CFA_OFFSET -> state.cfaOffset = FrameState.clamp(reader.uleb());
            case FrameOps.ADVANCE_LOC1 -> advance(reader.u1());
            case FrameOps.ADVANCE_LOC2 -> advance(reader.u2());
            case FrameOps.ADVANCE_LOC4 -> advance(reader.u4());
            case FrameOps.REMEMBER_STATE -> remember();
            case FrameOps.RESTORE_STATE -> recall();
            case FrameOps.DEF_CFA -> cfa(reader.uleb(), reader.uleb());
            case FrameOps.DEF_CFA_REGISTER -> cfa(reader.uleb(), state.cfaOffset);
            case FrameOps.GNU_ARGS_SIZE -> reader.uleb();
            default -> rare(op);
        }
    }

    private void rare(int op) {
        switch (op) {
            case FrameOps.SET_LOC -> moveTo(reader.pointer(cie.encoding, 0) + bias);
            case FrameOps.OFFSET_EXTENDED -> offset(reader.uleb(), reader.uleb() * cie.dataAlign);
            case FrameOps.OFFSET_EXTENDED_SF -> offset(reader.uleb(), reader.sleb() * cie.dataAlign);
            case FrameOps.GNU_NEGATIVE_OFFSET_EXTENDED -> offset(reader.uleb(), -reader.uleb() * cie.dataAlign);
            case FrameOps.RESTORE_EXTENDED -> restore(reader.uleb());
            case FrameOps.UNDEFINED -> rule(reader.uleb(), FrameState.UNDEFINED);
            case FrameOps.SAME_VALUE -> rule(reader.uleb(), FrameState.SAME);
            case FrameOps.REGISTER -> inRegister(reader.uleb(), reader.uleb());
            case FrameOps.DEF_CFA_SF -> cfa(reader.uleb(), reader.sleb() * cie.dataAlign);
            case FrameOps.DEF_CFA_OFFSET_SF -> state.cfaOffset = FrameState.clamp(reader.sleb() * cie.dataAlign);
            case FrameOps.VAL_OFFSET, FrameOps.VAL_OFFSET_SF -> {
                rule(reader.uleb(), FrameState.OTHER);
                reader.uleb();
            }
            case FrameOps.GNU_WINDOW_SAVE -> {}
            default -> expression(op);
        }
    }

    private void inRegister(long register, long where) {
        rule(register, register == where ? FrameState.SAME : FrameState.OTHER);
    }

    private void expression(int op) {
        long register = op == FrameOps.DEF_CFA_EXPRESSION ? -1 : reader.uleb();
        long length = reader.uleb();
        int end = (int) (reader.at + length);
        if (length < 0 || length > reader.bytes.length - reader.at) {
            throw new IndexOutOfBoundsException("expression reaches beyond the section");
        }
        switch (op) {
            case FrameOps.DEF_CFA_EXPRESSION -> state.cfaExpression(reader, end);
            case FrameOps.EXPRESSION -> {
                rule(register, FrameState.OTHER);
                if (register == REG_RBP) {
                    state.rbpExpression(reader, end);
                }
            }
            case FrameOps.VAL_EXPRESSION -> rule(register, FrameState.OTHER);
            default -> throw new IndexOutOfBoundsException("unknown instruction");
        }
        reader.at = end;
    }

    private void advance(long units) {
        moveTo(location + units * cie.codeAlign);
    }

    /** Locations only grow; what lies beyond the description's end is of no use. */
    private void moveTo(long to) {
        if (to < location) {
            throw new IndexOutOfBoundsException("location moves back");
        }
        if (emitting && to > location && location < stop) {
            rows.add(location, state.row());
        }
        location = to;
    }

    private void cfa(long register, long offset) {
        state.cfaMode = FrameState.CFA_REGISTER;
        state.cfaRegister = (int) Math.min(register & Long.MAX_VALUE, 255);
        state.cfaOffset = FrameState.clamp(offset);
    }

    private void offset(long register, long offset) {
        if (register == REG_RBP) {
            state.rbp = FrameState.AT_CFA;
            state.rbpOffset = FrameState.clamp(offset);
        } else if (register == REG_RA) {
            state.returnAddress = offset == -8 ? FrameState.AT_CFA : FrameState.OTHER;
        }
    }

    private void rule(long register, int rule) {
        if (register == REG_RBP) {
            state.rbp = rule;
        } else if (register == REG_RA) {
            state.returnAddress = rule == FrameState.UNDEFINED ? rule : FrameState.OTHER;
        }
    }

    private void restore(long register) {
        if (register == REG_RBP) {
            state.rbp = cie.initial[3];
            state.rbpOffset = cie.initial[4];
        } else if (register == REG_RA) {
            state.returnAddress = cie.initial[5];
        }
    }

    private void remember() {
        if (depth == DEPTH) {
            throw new IndexOutOfBoundsException("too many remembered states");
        }
        state.save(stack, depth++ * FrameState.SIZE);
    }

    private void recall() {
        if (depth == 0) {
            throw new IndexOutOfBoundsException("no remembered state");
        }
        state.load(stack, --depth * FrameState.SIZE);
    }
}
