package dev.javelin.it.targets;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One thread that calls {@link #called}, which does next to nothing, in batches; between two of them it asks {@link System#nanoTime} as often,
 * twice each. {@code account} prints nanoseconds and numbers of both: {@code called=N calls=N clock=N pairs=N}.
 */
public final class MethodCalls {
    private static final int BATCH = 100_000;

    private static final AtomicLong CALLED = new AtomicLong();
    private static final AtomicLong CLOCK = new AtomicLong();
    private static final AtomicLong BATCHES = new AtomicLong();
    private static final AtomicLong SINK = new AtomicLong();

    private MethodCalls() {}

    /** Calls until it is ended. */
    public static void main(String[] arguments) {
        Console console = new Console().on("account", MethodCalls::account).listen();
        for (int warm = 0; warm < 100; warm++) {
            batch();
        }
        console.ready();
        while (!console.stopping()) {
            batch();
        }
    }

    private static String account() {
        long calls = BATCHES.get() * BATCH;
        return "called=" + CALLED + " calls=" + calls + " clock=" + CLOCK + " pairs=" + calls;
    }

    private static void batch() {
        long begin = System.nanoTime();
        calls();
        long between = System.nanoTime();
        pairs();
        CLOCK.addAndGet(System.nanoTime() - between);
        CALLED.addAndGet(between - begin);
        BATCHES.incrementAndGet();
    }

    private static void calls() {
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += called(i);
        }
        SINK.addAndGet(sum);
    }

    private static void pairs() {
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum -= System.nanoTime();
            sum += System.nanoTime();
        }
        SINK.addAndGet(sum);
    }

    /** The method that is probed. */
    static long called(long number) {
        return number ^ (number << 7);
    }
}
