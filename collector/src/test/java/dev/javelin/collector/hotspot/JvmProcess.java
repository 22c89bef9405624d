package dev.javelin.collector.hotspot;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A target program on a JDK: a class of this test tree, which prints "ready" when it can be looked at. */
final class JvmProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;
    private final PrintWriter input;

    private JvmProcess(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.input = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    static JvmProcess start(Jdk jdk, List<String> options, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(jdk.program("java"));
        // -Xbatch: what a target has compiled does not depend on how much of the machine the compiler's threads got
        command.addAll(List.of("-Xbatch", "-Xmx256m", "-XX:ReservedCodeCacheSize=64m", "-Dfile.encoding=UTF-8"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        JvmProcess started = new JvmProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        try {
            started.await("ready");
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
        return started;
    }

    int pid() {
        return Math.toIntExact(process.pid());
    }

    /** Reads until a line of the target. */
    void await(String line) throws IOException {
        for (String read = output.readLine(); !line.equals(read); read = output.readLine()) {
            if (read == null) {
                throw new IOException("the target ended before it said " + line);
            }
        }
    }

    /** Sends a line to the target. */
    void say(String line) {
        input.println(line);
    }

    @Override
    public void close() {
        kill();
    }

    /** Ends it, and waits until it has ended. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
