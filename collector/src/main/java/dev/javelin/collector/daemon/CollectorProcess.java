package dev.javelin.collector.daemon;

import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A {@code javelin record} of its own for one recording: what a hostile process may do to the one that looks at it ends there. It is told and tells
 * by pipes: the end of its stdin asks it to write the report; its stdout has a line when it records, and the summary at the end; its
 * stderr has messages.
 */
final class CollectorProcess {
    /** Options for every JVM are not for this one. */
    private static final List<String> JVM_VARIABLES = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final int LONGEST_LINE = 8 << 10;

    private final Process process;
    private final List<Thread> readers = new ArrayList<>();

    private CollectorProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param options of {@code record}, with the report's file
     * @param directory where it works
     * @throws JavelinException if it does not start
     */
    static CollectorProcess start(List<String> options, int pid, Path directory) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        try {
            command.addAll(ownJvmOptions());
            command.addAll(List.of("record", "--for-daemon"));
            command.addAll(options);
            command.add(Integer.toString(pid));
            ProcessBuilder builder = new ProcessBuilder(command).directory(new File(directory.toString()));
            Map<String, String> environment = builder.environment();
            environment.keySet().removeAll(JVM_VARIABLES);
            return new CollectorProcess(builder.start());
        } catch (IOException e) {
            throw JavelinException.failed("the daemon cannot start a collector: " + e.getMessage(), e);
        }
    }

    /** What this process was started with, up to the jar: the same heap, and the same archive of classes. */
    private static List<String> ownJvmOptions() throws IOException {
        List<String> own = ProcessInfo.read((int) ProcessHandle.current().pid()).arguments();
        int jar = own.indexOf("-jar");
        return jar < 0 || jar + 1 == own.size()
                ? List.of("-cp", absolute(System.getProperty("java.class.path")), "dev.javelin.collector.Main")
                : withJar(own.subList(1, jar), own.get(jar + 1));
    }

    private static List<String> withJar(List<String> options, String jar) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("-jar", absolute(jar)));
        return all;
    }

    private static String absolute(String path) {
        return Path.of(path).toAbsolutePath().toString();
    }

    /** Hands over the lines of its stdout and stderr, each by a thread of its own. */
    void read(Consumer<String> said, Consumer<String> messages) {
        read("javelin-said", process.getInputStream(), said);
        read("javelin-messages", process.getErrorStream(), messages);
    }

    private void read(String name, InputStream in, Consumer<String> lines) {
        Thread thread = new Thread(() -> readLines(in, lines), name);
        thread.setDaemon(true);
        thread.start();
        readers.add(thread);
    }

    private static void readLines(InputStream in, Consumer<String> lines) {
        byte[] line = new byte[LONGEST_LINE];
        int length = 0;
        try (in) {
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    lines.accept(new String(line, 0, length, StandardCharsets.UTF_8));
                    length = 0;
                } else if (length < line.length) {
                    line[length++] = (byte) b;
                }
            }
        } catch (IOException e) {
            // it was killed
        }
    }

    /** Asks it to write the report and end. Any thread may. */
    void stop() {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.flush();
        } catch (IOException e) {
            // it has ended already
        }
    }

    /** Ends it; there will be no report. Any thread may. */
    void kill() {
        process.destroyForcibly();
    }

    /** Waits for its end, at most so long; returns whether it came. */
    boolean awaitEnd(long millis) throws InterruptedException {
        return process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    /** Its exit status, when it has ended and everything that it said was handed over. */
    int exitStatus() throws InterruptedException {
        int status = process.waitFor();
        for (Thread reader : readers) {
            reader.join();
        }
        return status;
    }
}
