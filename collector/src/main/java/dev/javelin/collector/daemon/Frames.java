package dev.javelin.collector.daemon;

import dev.javelin.bpf.UnixSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The frames of one connection. Any thread may send; one receives. */
final class Frames {
    /** How long the other side may take nothing. */
    private static final long PATIENCE_MILLIS = 30_000;

    private final UnixSocket socket;

    Frames(UnixSocket socket) {
        this.socket = socket;
    }

    /** A message that is not one: the text says why. */
    static final class MalformedException extends IOException {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    void send(Frame.Type type) throws IOException {
        send(type, new byte[0], 0);
    }

    /** Sends a text, cut to what a frame may have. */
    void send(Frame.Type type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        send(type, bytes, Math.min(bytes.length, type.most()));
    }

    void end(int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, Frame.Type.END.most() - 1);
        byte[] content = ByteBuffer.allocate(1 + length)
                .put((byte) status)
                .put(bytes, 0, length)
                .array();
        send(Frame.Type.END, content, content.length);
    }

    /** Sends the first {@code length} bytes. */
    synchronized void send(Frame.Type type, byte[] content, int length) throws IOException {
        byte[] frame = ByteBuffer.allocate(Frame.HEADER + length)
                .put((byte) type.code())
                .putInt(length)
                .put(content, 0, length)
                .array();
        socket.write(frame, 0, frame.length, PATIENCE_MILLIS);
    }

    /**
     * The next frame; null at the end of the connection.
     *
     * @param millis how long all of it may take
     * @param first what it may be
     * @param more what else
     * @throws MalformedException if it is none of those, too long, or broken off
     * @throws InterruptedIOException if the time is over
     */
    Frame receive(long millis, Frame.Type first, Frame.Type... more) throws IOException {
        return receive(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), EnumSet.of(first, more));
    }

    /** Waits until something comes, or the connection ends; false if the time is over. */
    boolean await(long millis) {
        return socket.awaitInput(millis);
    }

    private Frame receive(long end, Set<Frame.Type> expected) throws IOException {
        byte[] header = new byte[Frame.HEADER];
        int came = fill(header, end);
        if (came == 0) {
            return null;
        }
        // what is no message is told as soon as that shows
        Frame.Type type = Frame.Type.of(header[0]);
        if (type == null || !expected.contains(type)) {
            throw new MalformedException("this is no message of Javelin's, or not its turn");
        }
        requireWhole(came, header.length);
        long length = ByteBuffer.wrap(header).getInt(1) & 0xffff_ffffL;
        if (length > type.most()) {
            throw new MalformedException(
                    "a message of " + length + " bytes is too long: at most " + type.most() + " are allowed");
        }
        byte[] content = new byte[(int) length];
        requireWhole(fill(content, end), content.length);
        return new Frame(type, content);
    }

    private static void requireWhole(int came, int wanted) throws MalformedException {
        if (came < wanted) {
            throw new MalformedException("a message broke off after " + came + " of " + wanted + " bytes");
        }
    }

    /** How many bytes came before the end of the connection, all if that did not come. */
    private int fill(byte[] bytes, long end) throws IOException {
        int at = 0;
        while (at < bytes.length) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            int count = socket.read(bytes, at, bytes.length - at, Math.max(0, left));
            if (count < 0) {
                break;
            }
            at += count;
        }
        return at;
    }
}
