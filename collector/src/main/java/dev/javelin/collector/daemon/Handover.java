package dev.javelin.collector.daemon;

import dev.javelin.bpf.UnixSocket;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.flamegraph.Outputs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The client's side: has the daemon record, and writes the report with the rights of this process. {@link #record} is called once; {@link
 * #stop} by any thread at any time.
 */
public final class Handover {
    /** How long the daemon may say nothing once it was told to end: it gives its collector two minutes. */
    private static final long ANSWER_MILLIS = TimeUnit.SECONDS.toMillis(150);

    private static final long POLL_MILLIS = 1_000;

    private final Path socket;
    private final Listener listener;
    private final long answerMillis;
    private boolean stopped;
    private long stoppedAt;
    private Frames open;

    /** What is told meanwhile. */
    public interface Listener {
        /** Everything is recorded from now on. */
        void started();

        /** A line for the user, not escaped. */
        void message(String line);
    }

    /**
     * How it ended.
     *
     * @param status of the exit: with 0 the report is there
     * @param text the summary, or what went wrong; "" if that was told as a message
     */
    public record Result(int status, String text) {}

    /** Prepares a recording by the daemon that listens there. */
    public Handover(Path socket, Listener listener) {
        this(socket, listener, ANSWER_MILLIS);
    }

    Handover(Path socket, Listener listener, long answerMillis) {
        this.socket = socket;
        this.listener = listener;
        this.answerMillis = answerMillis;
    }

    /**
     * Records.
     *
     * @param report the file to write
     * @throws JavelinException if no daemon of root's answers, it breaks off, or the file cannot be written
     */
    public Result record(Request request, Path report) {
        byte[] encoded = request.encoded();
        if (encoded.length > Request.most()) {
            throw JavelinException.usage(
                    "the options are " + encoded.length + " bytes long, and the daemon takes at most " + Request.most()
                            + ": give less or shorter patterns");
        }
        try (UnixSocket connection = connect()) {
            Frames frames = new Frames(connection);
            frames.send(Frame.Type.REQUEST, encoded, encoded.length);
            open(frames);
            try {
                return listen(frames, report);
            } finally {
                open(null);
            }
        } catch (IOException e) {
            throw JavelinException.failed("the daemon at " + socket + " broke off: " + e.getMessage(), e);
        }
    }

    /** Ends the recording; the report comes none the less. */
    public synchronized void stop() {
        stopped = true;
        stoppedAt = System.nanoTime();
        if (open != null) {
            sendStop(open);
        }
    }

    private synchronized void open(Frames frames) {
        open = frames;
        if (stopped && frames != null) {
            sendStop(frames);
        }
    }

    private static void sendStop(Frames frames) {
        try {
            frames.send(Frame.Type.STOP);
        } catch (IOException e) {
            // who listens will notice
        }
    }

    private UnixSocket connect() {
        try {
            UnixSocket connection = UnixSocket.connect(socket);
            long uid = Integer.toUnsignedLong(connection.peer().uid());
            if (uid != 0) {
                connection.close();
                throw JavelinException.failed("who listens on " + socket + " is user " + uid
                        + " and not root: it is not trusted; 'javelin daemon' must be root's");
            }
            return connection;
        } catch (IOException e) {
            throw JavelinException.failed(
                    "no daemon answers (" + e.getMessage()
                            + "): start 'javelin daemon' as root, or name its socket with --daemon",
                    e);
        }
    }

    private Result listen(Frames frames, Path report) throws IOException {
        while (true) {
            Frame frame = next(frames);
            switch (frame.type()) {
                case STARTED -> listener.started();
                case MESSAGE -> listener.message(frame.text(0));
                case REPORT -> {
                    return receive(frame, frames, report);
                }
                default -> {
                    return result(frame);
                }
            }
        }
    }

    private Frame next(Frames frames) throws IOException {
        long begin = System.nanoTime();
        while (!frames.await(Math.min(POLL_MILLIS, answerMillis))) {
            checkPatience(begin);
        }
        Frame frame =
                frames.receive(answerMillis, Frame.Type.STARTED, Frame.Type.MESSAGE, Frame.Type.REPORT, Frame.Type.END);
        if (frame == null) {
            throw new IOException("it has ended");
        }
        return frame;
    }

    /** A daemon that was frozen, for example, would keep who wants to leave. */
    private synchronized void checkPatience(long begin) throws IOException {
        if (stopped && System.nanoTime() - Math.max(begin, stoppedAt) > TimeUnit.MILLISECONDS.toNanos(answerMillis)) {
            throw new IOException("it has said nothing for " + TimeUnit.MILLISECONDS.toSeconds(answerMillis)
                    + " s since it was told to end");
        }
    }

    private static Result result(Frame end) throws IOException {
        if (end.content().length == 0) {
            throw new IOException("it did not say how the recording ended");
        }
        return new Result(end.content()[0], end.text(1));
    }

    private Result receive(Frame first, Frames frames, Path report) {
        Result[] result = new Result[1];
        try {
            Outputs.write(report, out -> result[0] = receive(first, frames, out));
        } catch (IOException e) {
            throw JavelinException.failed("cannot write the report: " + e.getMessage(), e);
        }
        return result[0];
    }

    private Result receive(Frame first, Frames frames, OutputStream out) throws IOException {
        Frame frame = first;
        while (frame.type() != Frame.Type.END) {
            if (frame.type() == Frame.Type.REPORT) {
                out.write(frame.content());
            } else if (frame.type() == Frame.Type.MESSAGE) {
                listener.message(frame.text(0));
            }
            frame = next(frames);
        }
        Result result = result(frame);
        if (result.status() != 0) {
            throw new IOException(result.text());
        }
        return result;
    }
}
