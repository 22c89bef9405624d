package dev.javelin.collector.cli;

import dev.javelin.collector.proc.ProcessInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The state that a process is in, and the first moments of a JVM, in which it has not loaded libjvm.so yet. */
final class ProcessStart {
    private static final long PATIENCE_NANOS = 1_000_000_000L;

    private ProcessStart() {}

    /**
     * Whether a process is a java launcher that maps libjvm.so within a second.
     *
     * @param process one that has not mapped it yet
     */
    static boolean becomesJava(ProcessInfo process) {
        if (!isLauncher(process)) {
            return false;
        }
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!ProcessInfo.isJava(process.pid())) {
            if (System.nanoTime() - end > 0 || state(process.pid()) == 'Z' || !sleep()) {
                return false;
            }
        }
        return true;
    }

    /** The letter that proc(5) gives the process's state; 0 if there is no such process. */
    static char state(int pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException | IndexOutOfBoundsException e) {
            return 0;
        }
    }

    private static boolean isLauncher(ProcessInfo process) {
        String program =
                process.arguments().isEmpty() ? "" : process.arguments().get(0);
        return program.equals("java") || program.endsWith("/java");
    }

    private static boolean sleep() {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
