package dev.javelin.collector.walker;

import java.nio.ByteBuffer;

/**
 * A probed call that took long, and has returned ({@code struct told_call}, 56 bytes).
 *
 * @param tid thread id, as the kernel knows it
 * @param probe number that the agent gave the probe
 * @param javaThread address of the JavaThread
 * @param call number of the outermost call that it is, or is part of, in its thread, from 1
 * @param beganNanos CLOCK_MONOTONIC of its entry
 * @param nanos from entry to return
 */
public record ToldCall(int pid, int tid, int probe, long javaThread, long call, long beganNanos, long nanos) {
    /** The record at {@code at}. */
    public static ToldCall read(ByteBuffer b, int at) {
        return new ToldCall(
                b.getInt(at + SampleDescriptor.PID),
                b.getInt(at + 16),
                b.getInt(at + 20),
                b.getLong(at + 24),
                b.getLong(at + 32),
                b.getLong(at + 40),
                b.getLong(at + 48));
    }
}
