package dev.javelin.it.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Collects the lines of a child process's output as they come, and waits for some of them. */
final class Lines {
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private boolean ended;

    Lines(InputStream in, String name) {
        reader = new Thread(() -> read(in), name);
        reader.setDaemon(true);
        reader.start();
    }

    /** All lines up to now. */
    synchronized List<String> all() {
        return List.copyOf(lines);
    }

    /** The lines so far as one text. */
    String text() {
        return String.join("\n", all());
    }

    /** Waits for the end of the output; whether it has come. */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        reader.join(timeout.toMillis());
        return !reader.isAlive();
    }

    /** The first line at or behind index {@code from} that fits; empty when the output ends or the time is over. */
    synchronized Optional<String> await(int from, Predicate<String> fits, Duration timeout)
            throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        int next = from;
        while (true) {
            for (; next < lines.size(); next++) {
                if (fits.test(lines.get(next))) {
                    return Optional.of(lines.get(next));
                }
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (ended || left <= 0) {
                return Optional.empty();
            }
            wait(left);
        }
    }

    private void read(InputStream in) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                add(line);
            }
        } catch (IOException closed) {
            add("[output closed: " + closed.getMessage() + "]");
        }
        synchronized (this) {
            ended = true;
            notifyAll();
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }
}
