package dev.javelin.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A child process whose output is collected; killed when closed. */
public class Child implements AutoCloseable {
    private final Process process;
    private final Lines out;
    private final Lines err;
    private final List<String> command;

    /** Starts it. */
    public Child(List<String> command) {
        this(command, Map.of());
    }

    /** Starts it with more environment. */
    public Child(List<String> command, Map<String, String> environment) {
        this.command = List.copyOf(command);
        // a background job ignores SIGINT, and what it starts inherits that: env takes the child's own defaults, then
        // becomes it
        List<String> line = new ArrayList<>(List.of("env", "--default-signal=HUP,INT,TERM"));
        line.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException cannotStart) {
            throw new UncheckedIOException(cannotStart);
        }
        out = new Lines(process.getInputStream(), "stdout of " + process.pid());
        err = new Lines(process.getErrorStream(), "stderr of " + process.pid());
    }

    /** Runs a command to its end; null input. */
    public static Result run(Duration timeout, List<String> command) {
        try (Child child = new Child(command)) {
            return child.await(timeout);
        }
    }

    /** Runs a command to its end, at most a minute. */
    public static Result run(String... command) {
        return run(Duration.ofMinutes(1), List.of(command));
    }

    /** The process id. */
    public final long pid() {
        return process.pid();
    }

    /** Whether it runs. */
    public final boolean isAlive() {
        return process.isAlive();
    }

    /** Standard output so far. */
    public final String out() {
        return out.text();
    }

    /** Standard error so far. */
    public final String err() {
        return err.text();
    }

    /** Its standard output's lines so far. */
    public final List<String> outLines() {
        return out.all();
    }

    /** Writes a line to its input. */
    public final void send(String line) {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /** Sends a signal by name ({@code INT}, {@code STOP}, {@code KILL}). */
    public final void signal(String name) {
        run("kill", "-" + name, Long.toString(pid()));
    }

    /** Waits for a line of output that starts so, from line {@code from} on; fails with all its output if none comes. */
    public final String awaitOut(int from, String prefix, Duration timeout) {
        return await(out, from, prefix, timeout);
    }

    /** Waits for a line on standard error that starts so; fails with all its output if none comes. */
    public final String awaitErr(String prefix, Duration timeout) {
        return await(err, 0, prefix, timeout);
    }

    private String await(Lines lines, int from, String prefix, Duration timeout) {
        try {
            return lines.await(from, line -> line.startsWith(prefix), timeout)
                    .orElseThrow(() -> new AssertionError("no line " + prefix + " within " + timeout + " from "
                            + command + "\n" + out() + "\n" + err()));
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    /** Waits for its end, and for that of what it has started and that writes where it does, as a collector its last line. */
    public final Result await(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(
                        "still running after " + timeout + ": " + command + "\n" + out() + "\n" + err());
            }
            if (!out.awaitEnd(timeout) || !err.awaitEnd(timeout)) {
                throw new AssertionError(
                        "others hold its output after " + timeout + ": " + command + "\n" + out() + "\n" + err());
            }
            return new Result(process.exitValue(), out(), err());
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
        removeSocket();
    }

    /**
     * A JVM that is killed leaves the socket by which it was attached to; one of another user's that gets its number later cannot
     * replace it, and then cannot be attached to.
     */
    private void removeSocket() {
        try {
            Files.deleteIfExists(Path.of("/tmp", ".java_pid" + process.pid()));
        } catch (IOException e) {
            // somebody else's
        }
    }

    /** Keeps the flag and gives up. */
    static IllegalStateException interrupted(InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(interrupted);
    }

    /**
     * How a command ended.
     *
     * @param exit its exit status; 128 + signal where it was killed
     * @param out its standard output
     * @param err its standard error
     */
    public record Result(int exit, String out, String err) {
        /** Itself, when the status is 0; otherwise an error with all it said. */
        public Result ok() {
            if (exit != 0) {
                throw new AssertionError("exit " + exit + "\n" + out + "\n" + err);
            }
            return this;
        }
    }
}
