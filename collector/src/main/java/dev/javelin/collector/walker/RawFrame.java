package dev.javelin.collector.walker;

/** How a raw user frame's three words are read ({@code enum frame_kind} and {@code enum frame_flag} of javelin.h). */
public final class RawFrame {
    public static final int BYTES = 24;

    /** address = pc; [1] = object id, 0 if unmapped; [2] = virtual address in the object's file. */
    public static final int NATIVE = 1;
    /** address = Method*; [1] = its ConstMethod*; [2] = bytecode index or -1. */
    public static final int INTERPRETED = 2;
    /** address = nmethod*; [1] = compile id &lt;&lt; 32 | pc - code begin; [2] = Method*. */
    public static final int COMPILED = 3;
    /** address = CodeBlob*; [1] = pc - code begin. */
    public static final int STUB = 4;
    /** Native frames are missing here, bridged by the frame anchor; [1] = why ({@link StackEnd}). */
    public static final int SKIPPED = 5;
    /** What follows belongs to a virtual thread's carrier. */
    public static final int CARRIER = 6;

    /** The pc is where the thread was, not a return address. */
    public static final int FLAG_LEAF = 1;
    /** Found by looking for a return address, not by a rule. */
    public static final int FLAG_SCANNED = 2;
    /** Read from a stack chunk in the heap. */
    public static final int FLAG_FROZEN = 4;

    private static final long ADDRESS = 0xffff_ffff_ffffL;

    private RawFrame() {}

    public static int kind(long word0) {
        return (int) (word0 >>> 56);
    }

    public static int flags(long word0) {
        return (int) (word0 >>> 48) & 0xff;
    }

    public static long address(long word0) {
        return word0 & ADDRESS;
    }
}
