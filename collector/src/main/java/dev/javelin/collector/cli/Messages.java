package dev.javelin.collector.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Messages for the user, a line each, on stderr. Every line is made {@link Printable}. On a terminal a progress line may
 * stand below them, which each message overwrites. Safe for use by several threads.
 */
final class Messages {
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream out;
    private volatile boolean terminal;
    private final PrintStream stream = new PrintStream(new Lines(), true, StandardCharsets.UTF_8);
    private boolean progressShown;

    /**
     * Writes to {@code out}.
     *
     * @param terminal whether progress may be shown
     */
    Messages(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Messages on stderr, with progress if that is a terminal. */
    static Messages onStderr() {
        return new Messages(System.err, isTerminal(2));
    }

    /** Whether a file descriptor of this process is a terminal. */
    static boolean isTerminal(int fd) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** A stream for code that prints messages; what is printed appears line by line. */
    PrintStream stream() {
        return stream;
    }

    /** Prints one message. */
    synchronized void line(String text) {
        clearProgress();
        out.println(Printable.of(text));
        out.flush();
    }

    /** Shows no progress from now on: the terminal is somebody else's. */
    void hideProgress() {
        terminal = false;
    }

    /** Whether {@link #progress} shows anything. */
    boolean showsProgress() {
        return terminal;
    }

    /** Shows how far the work is, on a terminal only. */
    synchronized void progress(String text) {
        if (terminal) {
            out.print(CLEAR_LINE + Printable.of(text));
            out.flush();
            progressShown = true;
        }
    }

    /** Removes the progress line. */
    synchronized void clearProgress() {
        if (progressShown) {
            out.print(CLEAR_LINE);
            out.flush();
            progressShown = false;
        }
    }

    private final class Lines extends OutputStream {
        private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int b) {
            if (b == '\n') {
                line(pending.toString(StandardCharsets.UTF_8));
                pending.reset();
            } else {
                pending.write(b);
            }
        }
    }
}
