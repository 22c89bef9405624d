package dev.javelin.it.targets;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Four threads that call {@link #work}, which takes a monitor for next to nothing, from {@code go} on; {@code hog} holds it for 100 ms, ten times. Each hands it
 * on to the next, so that few are let in by {@code hog} itself. {@code account} prints {@code held=N waited=N entered=N}: nanoseconds that {@code hog} held it, and that the
 * others waited for it, together. Then {@code DONE} is said.
 */
public final class KnownHolder {
    private static final Guarded LOCK = new Guarded();
    private static final int TIMES = 10;
    private static final int THREADS = 4;
    private static final AtomicLong HELD = new AtomicLong();
    private static final AtomicLong WAITED = new AtomicLong();
    private static volatile boolean done;

    /** What is beside the class in its head changes each time. */
    private static final class Guarded {
        private int entered;
    }

    private KnownHolder() {}

    /** Goes on until it is told to stop. */
    public static void main(String[] arguments) throws InterruptedException {
        Console console = new Console()
                .on("account", () -> "held=" + HELD + " waited=" + WAITED + " entered=" + LOCK.entered)
                .listen();
        console.ready();
        console.awaitGo();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(new Thread(KnownHolder::works, "worker-" + (char) ('a' + i)));
        }
        threads.add(new Thread(KnownHolder::hog, "hog"));
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        Console.say("DONE");
        Thread.currentThread().join();
    }

    private static void works() {
        while (!done) {
            work();
            sleep(1);
        }
    }

    /** The method that is explained. */
    static void work() {
        long begin = System.nanoTime();
        synchronized (LOCK) {
            LOCK.entered++;
            WAITED.addAndGet(System.nanoTime() - begin);
        }
    }

    private static void hog() {
        for (int i = 0; i < TIMES; i++) {
            sleep(50);
            synchronized (LOCK) {
                long begin = System.nanoTime();
                sleep(100);
                HELD.addAndGet(System.nanoTime() - begin);
            }
        }
        done = true;
    }

    private static void sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
