package dev.javelin.collector.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A class of the tests that runs in a JVM of its own, until this is closed. It prints {@code ready} when it is. */
record JavaChild(Process process, BufferedReader lines) implements AutoCloseable {
    static JavaChild start(Class<?> main) throws IOException {
        ProcessBuilder builder = builder(main);
        // whoever runs the tests may ignore a signal, as nohup does, and children inherit that
        builder.command().addAll(0, List.of("env", "--default-signal=HUP,INT,TERM"));
        Process process = builder.start();
        JavaChild child = new JavaChild(process, process.inputReader());
        String line = child.lines.readLine();
        if (!"ready".equals(line)) {
            child.close();
            throw new IOException(main + " said " + line);
        }
        return child;
    }

    static ProcessBuilder builder(Class<?> main) {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    int pid() {
        return (int) process.pid();
    }

    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor(); // or the next test still finds it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
