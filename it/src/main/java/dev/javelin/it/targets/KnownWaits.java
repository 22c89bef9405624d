package dev.javelin.it.targets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Threads that wait in known ways, each in a method of its own, from {@code go} on; then {@code DONE} is said. {@code account}
 * prints the nanoseconds that each method took by the clock: {@code sleeping=N parking=N ...}.
 */
public final class KnownWaits {
    private static final int TIMES = 100;
    private static final int MILLIS = 20;

    private static final Object MONITOR = new Object();
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final AtomicLong ENTERED = new AtomicLong();

    private final Map<String, Long> nanos = new ConcurrentHashMap<>();

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    /** Waits when it is told to. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        KnownWaits waits = new KnownWaits();
        Console console = new Console().on("account", waits::account).listen();
        waits.all(2); // loads what is needed
        waits.nanos.clear();
        console.ready();
        console.awaitGo();
        waits.all(TIMES);
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private String account() {
        return new TreeMap<>(nanos)
                .entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(" "));
    }

    private void all(int times) throws IOException, InterruptedException {
        Pipe pipe = Pipe.open();
        Selector selector = Selector.open();
        List<Thread> threads = new ArrayList<>();
        threads.add(thread(times, () -> measured("sleeping", KnownWaits::sleeping)));
        threads.add(thread(times, () -> measured("parking", KnownWaits::parking)));
        threads.add(thread(times, () -> measured("reading", () -> reading(pipe.source()))));
        threads.add(thread(times, () -> measured("selecting", () -> selecting(selector))));
        threads.add(thread(times, () -> behindHolder(KnownWaits::holdMonitor, "entering", KnownWaits::entering)));
        threads.add(thread(times, () -> behindHolder(KnownWaits::holdLock, "locking", KnownWaits::locking)));
        threads.add(thread(times, () -> {
            Thread.sleep(MILLIS);
            pipe.sink().write(ByteBuffer.allocate(1));
        }));
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static Thread thread(int times, Step step) {
        return new Thread(() -> {
            for (int i = 0; i < times; i++) {
                attempt(step);
            }
        });
    }

    private static void attempt(Step step) {
        try {
            step.run();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void measured(String name, Step step) throws IOException, InterruptedException {
        long start = System.nanoTime();
        step.run();
        nanos.merge(name, System.nanoTime() - start, Long::sum);
    }

    /** Waits for what another thread holds for a while. */
    private void behindHolder(Step hold, String name, Step wait) throws IOException, InterruptedException {
        Thread holder = new Thread(() -> attempt(hold), "holder");
        holder.start();
        while (holder.getState() != Thread.State.TIMED_WAITING
                && holder.isAlive()) { // on a slow machine it may be over
            Thread.sleep(1);
        }
        measured(name, wait);
        holder.join();
    }

    private static void holdMonitor() throws InterruptedException {
        synchronized (MONITOR) {
            Thread.sleep(MILLIS);
        }
    }

    private static void holdLock() throws InterruptedException {
        LOCK.lock();
        try {
            Thread.sleep(MILLIS);
        } finally {
            LOCK.unlock();
        }
    }

    private static void sleeping() throws InterruptedException {
        Thread.sleep(MILLIS);
    }

    private static void parking() {
        long end = System.nanoTime() + MILLIS * 1_000_000L;
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void reading(Pipe.SourceChannel source) throws IOException {
        source.read(ByteBuffer.allocate(1));
    }

    private static void selecting(Selector selector) throws IOException {
        selector.select(MILLIS);
    }

    private static void entering() {
        synchronized (MONITOR) {
            ENTERED.incrementAndGet();
        }
    }

    private static void locking() {
        LOCK.lock();
        try {
            ENTERED.incrementAndGet();
        } finally {
            LOCK.unlock();
        }
    }
}
