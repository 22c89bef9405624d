package dev.javelin.collector.attach;

import dev.javelin.collector.proc.ProcessInfo;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The two FIFOs to an agent: lines with fields between tabs. One thread commands; a thread of this class reads. Both FIFOs are opened for
 * reading and writing, so that opening waits for nobody; that the application has ended is thus seen by its process alone.
 *
 * <p>What comes from the application is bounded: an agent that was tampered with cannot fill this process's memory.
 */
final class AgentLink implements Closeable {
    private static final int POLL_MILLIS = 100;
    private static final int ENDING_POLL_MILLIS = 20;
    private static final long ENDING_NANOS = 2_000_000_000;
    /** Ends an answer. */
    private static final String END = ".";
    /** What the agent says before it ends. */
    private static final String ERROR = "error\t";

    /** Characters. A class's name has 65,535 bytes at most. */
    private static final int LONGEST_LINE = 1 << 20;
    /** Characters, with {@link #LINE_COST} for each line: some 100,000 classes have names of 10 million. */
    private static final int LONGEST_ANSWER = 1 << 26;

    private static final int LINE_COST = 64;
    private static final int MOST_WAITING = 1 << 10;

    private final ProcessInfo process;
    private final FileChannel commands;
    private final FileChannel answers;
    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(MOST_WAITING);
    private final CountDownLatch exit = new CountDownLatch(1);
    private final Thread reader = new Thread(this::read, "javelin-agent");
    private volatile boolean tooLong;

    /** Closes the FIFOs with itself. */
    AgentLink(ProcessInfo process, FileChannel commands, FileChannel answers) {
        this.process = process;
        this.commands = commands;
        this.answers = answers;
    }

    /** Starts to read. */
    void listen() {
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        InputStream in = Channels.newInputStream(answers);
        try (Reader characters = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            StringBuilder line = new StringBuilder();
            for (int c = characters.read(); c >= 0; c = characters.read()) {
                if (c != '\n') {
                    line.append((char) c);
                    if (line.length() > LONGEST_LINE) {
                        tooLong = true;
                        return;
                    }
                    continue;
                }
                if (line.toString().equals("exit")) {
                    exit.countDown();
                } else {
                    lines.put(line.toString());
                }
                line.setLength(0);
            }
        } catch (IOException | InterruptedException e) {
            // closed
        }
    }

    /** Sends a line. */
    void send(String... fields) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((String.join("\t", fields) + "\n").getBytes(StandardCharsets.UTF_8));
        while (line.hasRemaining()) {
            commands.write(line);
        }
    }

    /**
     * The next line's fields.
     *
     * @throws IOException if the process has ended, or does not answer within the time
     */
    List<String> answer(Duration limit) throws IOException {
        return fields(line(limit, System.nanoTime()));
    }

    private static List<String> fields(String line) {
        return List.of(line.split("\t", -1));
    }

    private String line(Duration limit, long begin) throws IOException {
        while (true) {
            String line = poll();
            if (line != null) {
                return line;
            }
            if (tooLong) {
                throw tooLong();
            }
            if (!isAlive()) {
                throw new IOException("process " + process.pid() + " has ended");
            }
            if (System.nanoTime() - begin > limit.toNanos()) {
                throw new IOException(
                        "the agent in process " + process.pid() + " has not answered for " + limit.toSeconds() + " s");
            }
        }
    }

    private IOException tooLong() {
        return new IOException("the agent in process " + process.pid() + " answers more than any agent has to say");
    }

    private String poll() throws IOException {
        try {
            return lines.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /**
     * The lines of an answer, up to its end, or to an error.
     *
     * @throws IOException if the process has ended, it does not answer within the time, or says too much
     */
    List<List<String>> answers(Duration limit) throws IOException {
        long begin = System.nanoTime();
        List<List<String>> all = new ArrayList<>();
        long size = 0;
        for (String line = line(limit, begin); !line.equals(END); line = line(limit, begin)) {
            size += line.length() + LINE_COST;
            if (size > LONGEST_ANSWER) {
                throw tooLong();
            }
            all.add(fields(line));
            if (line.startsWith(ERROR)) {
                break;
            }
        }
        return all;
    }

    /** Whether the process lives, and is no zombie. */
    boolean isAlive() {
        return isAlive(process);
    }

    /** Whether a process lives, and is no zombie. */
    static boolean isAlive(ProcessInfo process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"), StandardCharsets.ISO_8859_1);
            String state = stat.substring(stat.lastIndexOf(')') + 2);
            return !state.startsWith("Z")
                    && !state.startsWith("X")
                    && ProcessInfo.startTicks(process.pid()) == process.startTicks();
        } catch (IOException | IndexOutOfBoundsException e) {
            return false;
        }
    }

    /** Whether a process has ended; one that is ending is given the time for that. */
    static boolean hasEnded(ProcessInfo process) {
        long end = System.nanoTime() + ENDING_NANOS;
        try {
            while (isAlive(process) && System.nanoTime() < end) {
                Thread.sleep(ENDING_POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !isAlive(process);
    }

    /** Waits until the application is about to end, and waits for {@code bye}; false if it is not within the time. */
    boolean awaitExit(Duration time) throws InterruptedException {
        return exit.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws IOException {
        reader.interrupt();
        commands.close();
        answers.close();
    }
}
