package dev.javelin.collector.walker;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The span that a thread works on, as a tracer in the target publishes it ({@code struct trace_context}, 24 bytes). It is the target's word, and
 * shown as digits only.
 *
 * @param traceHigh the first eight bytes of the trace's id, big endian
 * @param traceLow the last eight
 * @param span the span's id, big endian
 */
public record TraceContext(long traceHigh, long traceLow, long span) {
    /** Nothing is published. */
    public static final TraceContext NONE = new TraceContext(0, 0, 0);

    static final int BYTES = 24;

    /** What is at {@code at}; {@link #NONE} if one of the ids is 0, which W3C's Trace Context takes for none. */
    static TraceContext read(ByteBuffer b, int at) {
        TraceContext read = new TraceContext(
                Long.reverseBytes(b.getLong(at)),
                Long.reverseBytes(b.getLong(at + 8)),
                Long.reverseBytes(b.getLong(at + 16)));
        return (read.traceHigh | read.traceLow) == 0 || read.span == 0 ? NONE : read;
    }

    /** 32 hexadecimal digits; empty if there is none. */
    public String traceId() {
        return equals(NONE) ? "" : hex(traceHigh) + hex(traceLow);
    }

    /** 16 hexadecimal digits; empty if there is none. */
    public String spanId() {
        return equals(NONE) ? "" : hex(span);
    }

    private static String hex(long id) {
        return HexFormat.of().toHexDigits(id);
    }
}
