package dev.javelin.it.targets;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/** As many threads as its argument says, each of which calls {@link #called} a hundred times a second. {@code heap} says how many bytes are used after a garbage collection. */
public final class ManyThreads {
    private static final AtomicLong CALLS = new AtomicLong();

    private ManyThreads() {}

    /** Calls until its input ends. */
    public static void main(String[] arguments) throws InterruptedException {
        for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
            Thread thread = new Thread(ManyThreads::call, "caller-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        new Console().on("heap", ManyThreads::heap).listen().ready();
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void call() {
        try {
            while (true) {
                called();
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static void called() {
        CALLS.incrementAndGet();
    }

    private static String heap() {
        System.gc();
        System.gc();
        return Long.toString(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
}
