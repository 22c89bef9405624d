package dev.javelin.collector.walker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The path that a thread has given to the system call that it waits in, within a probed call ({@code struct told_path}, 280 bytes).
 *
 * @param tid thread id, as the kernel knows it
 * @param timeNanos CLOCK_MONOTONIC, of just after that wait began
 * @param path as the thread wrote it, perhaps relative; hostile; the beginning of a long one
 */
public record ToldPath(int tid, long timeNanos, String path) {
    static final int PATH = 24;
    static final int PATH_BYTES = 256;
    private static final String CUT = "…";

    /** The record at {@code at}. */
    public static ToldPath read(ByteBuffer b, int at) {
        int length = Math.max(1, Math.min(PATH_BYTES, b.getInt(at + 20)));
        byte[] bytes = new byte[length - 1];
        b.get(at + PATH, bytes);
        String path = new String(bytes, StandardCharsets.UTF_8);
        return new ToldPath(
                b.getInt(at + SampleDescriptor.TID),
                SampleDescriptor.timeNanos(b, at),
                length == PATH_BYTES ? path + CUT : path);
    }
}
