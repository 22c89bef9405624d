package dev.javelin.it.targets;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Does one thing as fast as it can: {@code yield} calls Thread.yield, a JVM function, a libc function and a system call each time;
 * {@code handover} has two threads wake each other; {@code marked LIBRARY} calls a native function (marked.c). {@code account} prints {@code ops=N wall=NANOS}: how often so far, and the clock.
 */
public final class Callers {
    private static final AtomicLong OPS = new AtomicLong();
    private static final int BATCH = 100;
    private static volatile boolean turn;

    private Callers() {}

    /** Runs until it is told to stop. */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments[0].equals("handover")) {
            Thread[] pair = new Thread[2];
            pair[0] = new Thread(() -> handOver(pair, 1, false), "first");
            pair[1] = new Thread(() -> handOver(pair, 0, true), "second");
            start(pair);
        } else if (arguments[0].equals("marked")) {
            System.load(arguments[1]);
            start(new Thread(Callers::callMarked, "caller"));
        } else {
            start(new Thread(Callers::yieldAll, "yielder"));
        }
        Console console = new Console()
                .on("account", () -> "ops=" + OPS + " wall=" + System.nanoTime())
                .listen();
        Thread.sleep(1500);
        console.ready();
        console.awaitGo();
    }

    private static void start(Thread... threads) {
        for (Thread thread : threads) {
            thread.setDaemon(true);
        }
        for (Thread thread : threads) {
            thread.start();
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // to yield is the work
    private static void yieldAll() {
        while (true) {
            for (int i = 0; i < BATCH; i++) {
                Thread.yield();
            }
            OPS.addAndGet(BATCH);
        }
    }

    private static native int marked(int x);

    private static void callMarked() {
        int x = 0;
        while (true) {
            for (int i = 0; i < BATCH; i++) {
                x = marked(x);
            }
            OPS.addAndGet(BATCH);
        }
    }

    private static void handOver(Thread[] pair, int other, boolean mine) {
        while (true) {
            while (turn != mine) {
                LockSupport.park();
            }
            turn = !mine;
            LockSupport.unpark(pair[other]);
            OPS.incrementAndGet();
        }
    }
}
