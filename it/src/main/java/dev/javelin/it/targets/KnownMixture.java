package dev.javelin.it.targets;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A bit of everything at once, each in a thread and a method of its own, from {@code go} on: time on the CPU, sleeps, waits for a monitor, allocation, and
 * a known number of {@code fsync} and {@code sched_yield}. Then {@code DONE} is said. {@code account} prints {@code busy}, the CPU time of that
 * thread, {@code sleeping} and {@code entering}, the time that passed there, in nanoseconds, and {@code allocating}, bytes.
 */
public final class KnownMixture {
    public static final int FSYNCS = 307;
    public static final int YIELDS = 10_007;
    public static final int SLEEPS = 80;

    private static final int MILLIS = 20;
    private static final int HELD = 40;
    /** On the CPU, however long that takes. */
    private static final long BUSY_NANOS = 1_200_000_000L;

    private static final int SPINS = 100_000;
    private static final int ARRAYS = 60_000;
    private static final int LONGS = 1_024;
    /** An array's header. */
    private static final int HEADER_BYTES = 16;

    private static final Object MONITOR = new Object();

    private final Map<String, Long> account = new ConcurrentHashMap<>();
    private volatile long[] allocated;

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private KnownMixture() {}

    /** Works when it is told to. */
    public static void main(String[] arguments) throws InterruptedException {
        KnownMixture mixture = new KnownMixture();
        Console console = new Console().on("account", mixture::account).listen();
        console.ready();
        console.awaitGo();
        mixture.all();
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private String account() {
        return new TreeMap<>(account)
                .entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(" "));
    }

    private void all() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        threads.add(thread("busy", this::busy));
        threads.add(thread("sleeper", () -> measured("sleeping", KnownMixture::sleeping)));
        threads.add(thread("waiter", this::behindHolders));
        threads.add(thread("allocator", this::allocating));
        threads.add(thread("caller", KnownMixture::calling));
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static Thread thread(String name, Step step) {
        return new Thread(
                () -> {
                    try {
                        step.run();
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                name);
    }

    private void measured(String name, Step step) throws IOException, InterruptedException {
        long start = System.nanoTime();
        step.run();
        account.merge(name, System.nanoTime() - start, Long::sum);
    }

    private void busy() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        while (threads.getCurrentThreadCpuTime() < BUSY_NANOS) {
            for (int i = 0; i < SPINS; i++) {
                Thread.onSpinWait();
            }
        }
        account.put("busy", threads.getCurrentThreadCpuTime());
    }

    private static void sleeping() throws InterruptedException {
        for (int i = 0; i < SLEEPS; i++) {
            Thread.sleep(MILLIS);
        }
    }

    private void behindHolders() throws IOException, InterruptedException {
        for (int i = 0; i < HELD; i++) {
            Thread holder = thread("holder", KnownMixture::holding);
            holder.start();
            while (holder.getState() != Thread.State.TIMED_WAITING && holder.isAlive()) {
                Thread.sleep(1);
            }
            measured("entering", KnownMixture::entering);
            holder.join();
        }
    }

    private static void holding() throws InterruptedException {
        synchronized (MONITOR) {
            Thread.sleep(MILLIS);
        }
    }

    private static void entering() {
        synchronized (MONITOR) {
            Thread.onSpinWait();
        }
    }

    private void allocating() {
        for (int i = 0; i < ARRAYS; i++) {
            allocated = new long[LONGS];
        }
        account.put("allocating", ARRAYS * ((long) allocated.length * Long.BYTES + HEADER_BYTES));
    }

    @SuppressWarnings("ThreadPriorityCheck") // the call itself is what is wanted
    private static void calling() throws IOException {
        try (FileChannel file = FileChannel.open(
                Files.createTempFile("mixture", ".dat"),
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE)) {
            for (int i = 0; i < FSYNCS; i++) {
                file.write(ByteBuffer.allocate(1), 0);
                file.force(true);
            }
        }
        for (int i = 0; i < YIELDS; i++) {
            Thread.yield();
        }
    }
}
