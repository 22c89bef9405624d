package dev.javelin.collector.attach;

import dev.javelin.collector.proc.ProcessInfo;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The two FIFOs to an agent: lines with fields between tabs. One thread commands; a thread of this class reads. Both FIFOs are opened for
 * reading and writing, so that opening waits for nobody; that the application has ended is thus seen by its process alone.
 */
final class AgentLink implements Closeable {
    private static final int POLL_MILLIS = 100;
    /** Ends an answer. */
    private static final String END = ".";

    private final ProcessInfo process;
    private final FileChannel commands;
    private final FileChannel answers;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final CountDownLatch exit = new CountDownLatch(1);

    AgentLink(ProcessInfo process, Path commands, Path answers) throws IOException {
        this.process = process;
        this.commands = FileChannel.open(commands, StandardOpenOption.READ, StandardOpenOption.WRITE);
        this.answers = FileChannel.open(answers, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Thread reader = new Thread(this::read, "javelin-agent");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        InputStream in = Channels.newInputStream(answers);
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.equals("exit")) {
                    exit.countDown();
                } else {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
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
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            String line = poll();
            if (line != null) {
                return List.of(line.split("\t", -1));
            }
            if (!isAlive()) {
                throw new IOException("process " + process.pid() + " has ended");
            }
            if (System.nanoTime() - end > 0) {
                throw new IOException(
                        "the agent in process " + process.pid() + " has not answered for " + limit.toSeconds() + " s");
            }
        }
    }

    private String poll() throws IOException {
        try {
            return lines.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The lines of an answer, up to its end. */
    List<List<String>> answers(Duration limit) throws IOException {
        List<List<String>> all = new ArrayList<>();
        for (List<String> line = answer(limit); !line.get(0).equals(END); line = answer(limit)) {
            all.add(line);
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

    /** Waits until the application is about to end, and waits for {@code bye}; false if it is not within the time. */
    boolean awaitExit(Duration time) throws InterruptedException {
        return exit.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws IOException {
        commands.close();
        answers.close();
    }
}
