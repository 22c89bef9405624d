package dev.javelin.collector.cli;

import dev.javelin.collector.demo.SampleApplication;
import dev.javelin.collector.session.JavelinException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The sample application in a JVM of its own, without any flag. It ends when this is closed, or when this process dies. */
final class SampleProcess implements AutoCloseable {
    private final Process process;

    private SampleProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts it and waits until it works.
     *
     * @throws JavelinException if it does not start
     */
    static SampleProcess start() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(
                java, "-cp", System.getProperty("java.class.path"), SampleApplication.class.getName());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        try {
            SampleProcess sample = new SampleProcess(builder.start());
            sample.awaitReady();
            return sample;
        } catch (IOException e) {
            throw JavelinException.failed(
                    "cannot start the sample application with " + java + ": " + e.getMessage(), e);
        }
    }

    /** Its process number. */
    int pid() {
        return Math.toIntExact(process.pid());
    }

    private void awaitReady() throws IOException {
        BufferedReader lines = process.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals("ready")) {
                return;
            }
        }
        close();
        throw JavelinException.failed("the sample application ended before it worked; its own words stand above");
    }

    /** Ends the application. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
