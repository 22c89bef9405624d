package dev.javelin.collector.walker;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * A probed call that took long, and has returned ({@code struct told_call}, 120 bytes).
 *
 * @param tid thread id, as the kernel knows it; of a virtual thread its carrier's
 * @param probe number that the agent gave the probe
 * @param key its thread: address of the JavaThread; of a virtual thread twice its number and 1
 * @param call the outermost call that it is, or is part of, see {@link CallId}
 * @param beganNanos CLOCK_MONOTONIC of its entry
 * @param nanos from entry to return
 * @param name the beginning of the name of a virtual thread; often empty, and always of a platform thread
 * @param trace the span that its thread worked on as it returned
 */
public record ToldCall(
        int pid,
        int tid,
        int probe,
        long key,
        long call,
        long beganNanos,
        long nanos,
        String name,
        TraceContext trace) {
    static final int NAME_BYTES = 32;
    static final int TRACE = 96;

    /** The record at {@code at}. */
    public static ToldCall read(ByteBuffer b, int at) {
        return new ToldCall(
                b.getInt(at + SampleDescriptor.PID),
                b.getInt(at + 16),
                b.getInt(at + 20),
                b.getLong(at + 24),
                b.getLong(at + 32),
                b.getLong(at + 40),
                b.getLong(at + 48),
                name(b, at),
                TraceContext.read(b, at + TRACE));
    }

    private static String name(ByteBuffer b, int at) {
        long length = b.getLong(at + 56);
        byte[] bytes = new byte[(int) Math.min(NAME_BYTES, Math.abs(length))];
        b.get(at + 64, bytes);
        Charset coder = length < 0 ? StandardCharsets.UTF_16LE : StandardCharsets.ISO_8859_1;
        return new String(bytes, coder);
    }
}
