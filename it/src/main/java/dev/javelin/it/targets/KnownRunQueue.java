package dev.javelin.it.targets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/**
 * Two threads, {@code burner-0} and {@code burner-1}, that burn CPU time for 3 s from {@code go} on; then {@code DONE} is said. Who starts
 * this confines it to one CPU, so that they wait for each other. {@code account} prints how long each of them was able to run but did not,
 * meanwhile, by the kernel's own account, in nanoseconds; {@code slices} how often each got the CPU.
 */
public final class KnownRunQueue {
    private static final int THREADS = 2;
    private static final long BURN_NANOS = 3_000_000_000L;

    /** Numbers of schedstat (Documentation/scheduler/sched-stats.rst): nanoseconds in a run queue, and times on a CPU. */
    private static final int WAITED = 1;

    private static final int SLICES = 2;

    private static final Map<String, Long> ACCOUNT = new ConcurrentSkipListMap<>();
    private static final Map<String, Long> SLICED = new ConcurrentSkipListMap<>();

    private KnownRunQueue() {}

    /** Burns when it is told to. */
    public static void main(String[] arguments) throws InterruptedException {
        Console console = new Console()
                .on("account", () -> text(ACCOUNT))
                .on("slices", () -> text(SLICED))
                .listen();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(new Thread(() -> run(console), "burner-" + i));
        }
        now(WAITED);
        threads.forEach(Thread::start);
        console.ready();
        for (Thread thread : threads) {
            thread.join();
        }
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static String text(Map<String, Long> account) {
        return account.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
    }

    private static void run(Console console) {
        try {
            console.awaitGo();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        long slices = now(SLICES);
        long before = now(WAITED);
        long end = System.nanoTime() + BURN_NANOS;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        ACCOUNT.put(Thread.currentThread().getName(), now(WAITED) - before);
        SLICED.put(Thread.currentThread().getName(), now(SLICES) - slices);
    }

    private static long now(int number) {
        try {
            String[] numbers = Files.readString(Path.of("/proc/thread-self/schedstat"))
                    .strip()
                    .split(" ", -1);
            return Long.parseLong(numbers[number]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
