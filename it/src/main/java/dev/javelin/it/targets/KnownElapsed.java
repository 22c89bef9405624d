package dev.javelin.it.targets;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Threads that are on the CPU all the time, half of it, and hardly ever, each in a method of its own, by which the thread is called, from {@code go} on; then
 * {@code DONE} is said. {@code account} prints the nanoseconds that passed in each method and those of CPU time:
 * {@code busy=N busyCpu=N ...}.
 */
public final class KnownElapsed {
    private static final long NANOS = 2_500_000_000L;
    private static final long SLICE_NANOS = 10_000_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Map<String, Long> nanos = new ConcurrentHashMap<>();

    private interface Site {
        void run(long end) throws InterruptedException;
    }

    /** Waits when it is told to. */
    public static void main(String[] arguments) throws InterruptedException {
        KnownElapsed elapsed = new KnownElapsed();
        Console console = new Console().on("account", elapsed::account).listen();
        elapsed.all(SLICE_NANOS * 5); // loads and compiles what is needed
        elapsed.nanos.clear();
        console.ready();
        console.awaitGo();
        elapsed.all(NANOS);
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private String account() {
        return new TreeMap<>(nanos)
                .entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(" "));
    }

    private void all(long length) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        threads.add(new Thread(() -> measured("busy", KnownElapsed::busy, length), "busy"));
        threads.add(new Thread(() -> measured("half", KnownElapsed::half, length), "half"));
        threads.add(new Thread(() -> measured("idle", KnownElapsed::idle, length), "idle"));
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void measured(String name, Site site, long length) {
        long cpu = THREADS.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        try {
            site.run(start + length);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        nanos.put(name, System.nanoTime() - start);
        nanos.put(name + "Cpu", THREADS.getCurrentThreadCpuTime() - cpu);
    }

    private static void busy(long end) {
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private static void half(long end) throws InterruptedException {
        while (System.nanoTime() < end) {
            busy(System.nanoTime() + SLICE_NANOS);
            Thread.sleep(SLICE_NANOS / 1_000_000);
        }
    }

    private static void idle(long end) throws InterruptedException {
        while (System.nanoTime() < end) {
            Thread.sleep(SLICE_NANOS / 1_000_000);
        }
    }
}
