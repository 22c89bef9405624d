package dev.javelin.collector.cli;

import java.time.Duration;

/** A line on the terminal that counts the seconds of a recording; nothing where the messages are no terminal. */
final class Progress implements AutoCloseable {
    private final Messages messages;
    private final Duration duration;
    private final Thread thread = new Thread(this::tick, "javelin-progress");

    Progress(Messages messages, Duration duration) {
        this.messages = messages;
        this.duration = duration;
        thread.setDaemon(true);
    }

    void start() {
        if (messages.showsProgress()) {
            thread.start();
        }
    }

    private void tick() {
        long limit = duration == null ? Long.MAX_VALUE : duration.toSeconds();
        try {
            for (long second = 1; ; second++) {
                Thread.sleep(1_000);
                messages.progress(text(Math.min(second, limit)));
            }
        } catch (InterruptedException e) {
            messages.clearProgress();
        }
    }

    private String text(long second) {
        return second + " s" + (duration == null ? "" : " of " + Units.duration(duration.toNanos()))
                + " (Ctrl-C ends the recording and writes the report)";
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
