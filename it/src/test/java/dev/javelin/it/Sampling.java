package dev.javelin.it;

import dev.javelin.it.harness.Child;
import java.util.List;

/** Tells when a recorder has begun. */
final class Sampling {
    private static final int TRIES = 600;
    private static final long PAUSE_MILLIS = 50;

    private Sampling() {}

    /** Waits until a process samples CPUs; the ids of the BPF programs that it holds. */
    static List<String> await(long pid) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            String held = Child.run("sh", "-c", "ls -l /proc/" + pid + "/fd; cat /proc/" + pid + "/fdinfo/*")
                    .out();
            if (held.contains("[perf_event]")) {
                return held.lines()
                        .filter(line -> line.startsWith("prog_id:"))
                        .map(line -> line.substring("prog_id:".length()).strip())
                        .distinct()
                        .toList();
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new AssertionError("process " + pid + " does not sample");
    }
}
