package dev.javelin.collector.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;

/** A class of the tests that runs in a JVM of its own, until this is closed. It prints {@code ready} when it is. */
record JavaChild(Process process, BufferedReader lines) implements AutoCloseable {
    static JavaChild start(Class<?> main) throws IOException {
        Process process = builder(main).start();
        JavaChild child = new JavaChild(process, process.inputReader());
        String line = child.lines.readLine();
        if (!"ready".equals(line)) {
            child.close();
            throw new IOException(main + " said " + line);
        }
        return child;
    }

    static ProcessBuilder builder(Class<?> main) {
        // whoever runs the tests may ignore a signal, as nohup does, and children inherit that
        return new ProcessBuilder(
                        "env",
                        "--default-signal=HUP,INT,TERM",
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
        process.destroyForcibly();
    }
}
