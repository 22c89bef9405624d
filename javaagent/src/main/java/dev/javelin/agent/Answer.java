package dev.javelin.agent;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * What came of loading the agent, said in one line: on the application's stderr, where success is silent; or to {@code javelin attach}, which waits for it.
 * Lines to that have a word before the text, with a tab between: {@code recording}, {@code late}, {@code failed}, or {@code wrong} for arguments that are.
 */
abstract class Answer {
    /** Of the collector. */
    private static final int CALLED_WRONGLY = 2;

    abstract void say(String word, String text);

    /**
     * Said by the collector already: on stderr, or in the log if there is one.
     *
     * @param why the same; empty if it did not get so far
     * @param status that of the collector
     */
    abstract void refused(String why, int status, String log);

    final void recording() {
        say("recording", "");
    }

    final void late(String text) {
        say("late", text);
    }

    final void failed(String text) {
        say("failed", text);
    }

    final void wrong(String text) {
        say("wrong", text);
    }

    static Answer onStderr() {
        return new OnStderr();
    }

    /** To who reads a FIFO; on stderr, if there is none. */
    static Answer through(String fifo) {
        return new Through(fifo);
    }

    private static String printable(String text) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line.append(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c);
        }
        return line.toString();
    }

    /** The process's stderr, whatever the application has made of {@code System.err}. */
    private static final class OnStderr extends Answer {
        @Override
        void say(String word, String text) {
            if (text.isEmpty()) {
                return;
            }
            try {
                new FileOutputStream(FileDescriptor.err)
                        .write(("javelin: " + printable(text) + "\n").getBytes(Charset.defaultCharset()));
            } catch (IOException e) {
                // it is closed, and there is nobody to tell
            }
        }

        @Override
        void refused(String why, int status, String log) {
            if (log != null) {
                failed("the application is not recorded: " + log + " says why");
            }
        }
    }

    private static final class Through extends Answer {
        private final String fifo;

        Through(String fifo) {
            this.fifo = fifo;
        }

        /** Opened for both, a FIFO never waits for the other side. */
        @Override
        void say(String word, String text) {
            try (RandomAccessFile both = new RandomAccessFile(fifo, "rw")) {
                both.write((word + "\t" + printable(text) + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                onStderr().say(word, text);
            }
        }

        @Override
        void refused(String why, int status, String log) {
            if (why.isEmpty()) {
                failed("the application is not recorded: " + (log == null ? "its stderr" : log) + " says why");
            } else {
                say(status == CALLED_WRONGLY ? "wrong" : "failed", why);
            }
        }
    }
}
