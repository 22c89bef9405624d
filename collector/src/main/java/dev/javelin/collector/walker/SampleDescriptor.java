package dev.javelin.collector.walker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A record of the ring buffer, read in place ({@code struct record_header}, {@code struct sample}):
 *
 * <pre>
 *   0 u32 type   4 u32 pid   8 u64 time_ns (CLOCK_MONOTONIC)
 *  16 u32 tid   20 u32 cpu  24 u16 kernel_frames  26 u16 user_frames  28 u8 end  29 u8 flags  30 u16 probe
 *  32 u64 value 40 u64 end_pc 48 u64 java_thread 56 u64 call 64 char comm[16] 80 struct trace_context
 * 104 kernel_frames x u64, then user_frames x 3 x u64, both leaf first
 *     then struct hit if it is one: 0 u64 arguments[12]  96 u64 retval  104 u64 duration  112 u64 syscall
 *     then struct text for each of the probe's texts: 0 s64 length  8 char bytes[136]
 * </pre>
 */
public final class SampleDescriptor {
    public static final int TYPE_SAMPLE = 1;
    public static final int TYPE_EXEC = 2;
    public static final int TYPE_EXIT = 3;
    /** A sample whose value is the id that {@link Totals} have of its stack. */
    public static final int TYPE_STACK = 4;
    /** A sample without frames: a thread that {@link Totals} will name by its tid. */
    public static final int TYPE_THREAD = 5;
    /** A sample with the values of a probe's hit behind its frames. */
    public static final int TYPE_HIT = 6;
    /** See {@link CallWait}. */
    public static final int TYPE_WAIT = 7;
    /** See {@link ToldCall}. */
    public static final int TYPE_CALL = 8;
    /** {@link ToldPath} */
    public static final int TYPE_PATH = 9;

    static final int TYPE = 0;
    static final int PID = 4;
    static final int TIME_NS = 8;
    /** Bytes of a record that is no sample. */
    public static final int HEADER_BYTES = 16;

    static final int TID = 16;
    static final int CPU = 20;
    static final int KERNEL_FRAMES = 24;
    static final int USER_FRAMES = 26;
    static final int END = 28;
    static final int FLAGS = 29;
    static final int PROBE = 30;
    static final int VALUE = 32;
    static final int END_PC = 40;
    static final int JAVA_THREAD = 48;
    static final int CALL = 56;
    static final int COMM = 64;
    static final int COMM_BYTES = 16;
    static final int TRACE = 80;
    /** Bytes of a sample before its frames. */
    public static final int SAMPLE_BYTES = 104;

    static final int HIT_RETVAL = 96;
    static final int HIT_DURATION = 104;
    static final int HIT_SYSCALL = 112;
    /** Bytes of what stands behind the frames of a hit. */
    static final int HIT_BYTES = 120;
    /** Bytes of a text that are shown at most. */
    public static final int TEXT_SHOWN = 128;
    /** Bytes of one text behind a hit. */
    static final int TEXT_BYTES = 144;

    public static final int FLAG_JAVA_THREAD = 1;
    public static final int FLAG_IN_KERNEL = 2;
    public static final int FLAG_BRIDGED = 4;
    public static final int FLAG_SCANNED = 8;
    /** An interrupt that woke a thread; the thread that the record names was interrupted and has no part in it. */
    public static final int FLAG_INTERRUPT = 16;

    private SampleDescriptor() {}

    public static int type(ByteBuffer b, int at) {
        return b.getInt(at + TYPE);
    }

    public static int pid(ByteBuffer b, int at) {
        return b.getInt(at + PID);
    }

    /** CLOCK_MONOTONIC, nanoseconds. */
    public static long timeNanos(ByteBuffer b, int at) {
        return b.getLong(at + TIME_NS);
    }

    public static int tid(ByteBuffer b, int at) {
        return b.getInt(at + TID);
    }

    public static int cpu(ByteBuffer b, int at) {
        return b.getInt(at + CPU);
    }

    public static int kernelFrames(ByteBuffer b, int at) {
        return b.getShort(at + KERNEL_FRAMES) & 0xffff;
    }

    public static int userFrames(ByteBuffer b, int at) {
        return b.getShort(at + USER_FRAMES) & 0xffff;
    }

    public static StackEnd end(ByteBuffer b, int at) {
        return StackEnd.of(b.get(at + END));
    }

    /** An or of the FLAG constants. */
    public static int flags(ByteBuffer b, int at) {
        return b.get(at + FLAGS);
    }

    /** The row of the probe. */
    public static int probe(ByteBuffer b, int at) {
        return b.getShort(at + PROBE) & 0xffff;
    }

    /** Nanoseconds for the clock; events for a hardware counter. */
    public static long value(ByteBuffer b, int at) {
        return b.getLong(at + VALUE);
    }

    /** Where an incomplete walk ended; 0 for a complete one. */
    public static long endPc(ByteBuffer b, int at) {
        return b.getLong(at + END_PC);
    }

    /** Address of the JavaThread, 0 for other threads. */
    public static long javaThread(ByteBuffer b, int at) {
        return b.getLong(at + JAVA_THREAD);
    }

    /** The probed call that the thread is in, see {@link CallId}; 0 for none, or if that was not asked for. */
    public static long call(ByteBuffer b, int at) {
        return b.getLong(at + CALL);
    }

    /** The first eight bytes of the kernel's name of the thread, for comparing. */
    public static long commLow(ByteBuffer b, int at) {
        return b.getLong(at + COMM);
    }

    /** The last eight bytes of the kernel's name of the thread, for comparing. */
    public static long commHigh(ByteBuffer b, int at) {
        return b.getLong(at + COMM + 8);
    }

    /** The kernel's name of the thread, at most 15 bytes. */
    public static String comm(ByteBuffer b, int at) {
        byte[] name = new byte[COMM_BYTES];
        b.get(at + COMM, name);
        int length = 0;
        while (length < COMM_BYTES && name[length] != 0) {
            length++;
        }
        return new String(name, 0, length, StandardCharsets.UTF_8);
    }

    /** The span that the thread works on, of a hit, and where calls are recorded; of other samples none. */
    public static TraceContext trace(ByteBuffer b, int at) {
        return TraceContext.read(b, at + TRACE);
    }

    /** Offset of the first kernel frame, one u64 each. */
    public static int kernelFramesAt(int at) {
        return at + SAMPLE_BYTES;
    }

    /** Offset of the first user frame, {@link RawFrame#BYTES} each. */
    public static int userFramesAt(ByteBuffer b, int at) {
        return at + SAMPLE_BYTES + kernelFrames(b, at) * 8;
    }

    private static int hitAt(ByteBuffer b, int at) {
        return userFramesAt(b, at) + userFrames(b, at) * RawFrame.BYTES;
    }

    /**
     * An argument of a hit.
     *
     * @param index from 0 to 11; those that the probe does not have are 0
     */
    public static long argument(ByteBuffer b, int at, int index) {
        return b.getLong(hitAt(b, at) + index * Long.BYTES);
    }

    /** What a call returned; 0 if the hit is none. */
    public static long returned(ByteBuffer b, int at) {
        return b.getLong(hitAt(b, at) + HIT_RETVAL);
    }

    /** Nanoseconds from a call's entry to its return; 0 if the hit is none. */
    public static long duration(ByteBuffer b, int at) {
        return b.getLong(hitAt(b, at) + HIT_DURATION);
    }

    /** The number of the system call; 0 if the hit is none. */
    public static int syscall(ByteBuffer b, int at) {
        return (int) b.getLong(hitAt(b, at) + HIT_SYSCALL);
    }

    /** Bytes that a text of a hit has, also those that were cut off; negative if it could not be read. */
    public static long textLength(ByteBuffer b, int at, int number) {
        return b.getLong(textAt(b, at, number));
    }

    /**
     * What was read of a text of a hit.
     *
     * @param number of the probe's text, from 0
     */
    public static byte[] text(ByteBuffer b, int at, int number) {
        byte[] text = new byte[(int) Math.max(0, Math.min(TEXT_SHOWN, textLength(b, at, number)))];
        b.get(textAt(b, at, number) + Long.BYTES, text);
        return text;
    }

    private static int textAt(ByteBuffer b, int at, int number) {
        return hitAt(b, at) + HIT_BYTES + number * TEXT_BYTES;
    }
}
