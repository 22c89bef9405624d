package dev.javelin.it.bench;

import dev.javelin.it.harness.AsyncProfiler;
import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.Recording;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Something that records the CPU time of a running process. */
interface Profiler {
    /** Its name in tables. */
    String name();

    /** Records for a while and returns the samples. */
    Recording record(long pid, Duration duration);

    /** Javelin at 999 Hz. */
    static Profiler javelin(String... options) {
        return new Profiler() {
            @Override
            public String name() {
                return "javelin";
            }

            @Override
            public Recording record(long pid, Duration duration) {
                return withFile(file -> {
                    Child.Result result = JavelinCommand.recordCpu(pid, duration, 999, file, options);
                    System.out.println("  " + result.err().strip());
                });
            }
        };
    }

    /** async-profiler's cpu engine every millisecond. */
    static Profiler asyncProfiler(Jdk jdk) {
        AsyncProfiler profiler = new AsyncProfiler(jdk);
        return new Profiler() {
            @Override
            public String name() {
                return "async-profiler";
            }

            @Override
            public Recording record(long pid, Duration duration) {
                return withFile(file -> {
                    profiler.start(pid, "event=cpu,interval=1ms,jfr,file=" + file);
                    Pause.seconds(duration.toMillis() / 1000.0);
                    profiler.stop(pid, "file=" + file);
                });
            }
        };
    }

    /** Writes a file. */
    interface ToFile {
        /** Writes it. */
        void write(Path file);
    }

    private static Recording withFile(ToFile record) {
        try {
            Path file = Files.createTempFile("javelin-bench", ".jfr");
            try {
                record.write(file);
                return Recording.read(file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
