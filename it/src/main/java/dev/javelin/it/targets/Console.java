package dev.javelin.it.targets;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * How a target talks with whoever started it: one line in, one line out. {@code account} prints the target's own
 * account of its work, {@code go} releases {@link #awaitGo}, {@code stop} ends the process with status 0, and so does
 * the end of the input, so that no target outlives its test. Java 8, as one target is.
 */
public final class Console {
    private final Map<String, Supplier<String>> commands = new TreeMap<>();
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicBoolean stopping = new AtomicBoolean();

    /** Adds a command: the line {@code name} is answered by {@code NAME <text>}, the name in capitals. */
    public Console on(String name, Supplier<String> answer) {
        commands.put(name, answer);
        return this;
    }

    /** Starts to listen, on a daemon thread. */
    public Console listen() {
        Thread listener = new Thread(this::serve, "console");
        listener.setDaemon(true);
        listener.start();
        return this;
    }

    /** Says that the work is warm and may be recorded. */
    public void ready() {
        try {
            say("READY " + Files.readSymbolicLink(Paths.get("/proc/self")));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Waits for the line {@code go}. */
    public void awaitGo() throws InterruptedException {
        go.await();
    }

    /** Whether {@code stop} has come; targets that end by themselves look at it, all others are ended. */
    public boolean stopping() {
        return stopping.get();
    }

    /** Prints one line at once. */
    public static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private void serve() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                obey(line.trim());
            }
        } catch (IOException gone) {
            say("CONSOLE " + gone);
        }
        Runtime.getRuntime().halt(0);
    }

    private void obey(String line) {
        if (line.equals("go")) {
            go.countDown();
        } else if (line.equals("stop")) {
            stopping.set(true);
            System.exit(0);
        } else {
            Supplier<String> answer = commands.get(line);
            String name = line.toUpperCase(java.util.Locale.ROOT);
            say(answer == null ? "UNKNOWN " + line : name + " " + answer.get());
        }
    }
}
