package dev.javelin.it.targets;

/**
 * One thread that calls {@link #called}, which does next to nothing, in batches; between two of them it asks {@link System#nanoTime} as often,
 * twice each. {@code account} prints nanoseconds and numbers of both: {@code called=N calls=N clock=N pairs=N}.
 */
public final class MethodCalls {
    private static final int BATCH = 100_000;

    private static volatile long called;
    private static volatile long clock;
    private static volatile long batches;
    private static long sink;

    private MethodCalls() {}

    /** Calls until it is ended. */
    public static void main(String[] arguments) {
        Console console = new Console()
                .on(
                        "account",
                        () -> "called=" + called + " calls=" + batches * BATCH + " clock=" + clock + " pairs="
                                + batches * BATCH)
                .listen();
        for (int warm = 0; warm < 100; warm++) {
            batch();
        }
        console.ready();
        while (!console.stopping()) {
            batch();
        }
    }

    private static void batch() {
        long begin = System.nanoTime();
        calls();
        long between = System.nanoTime();
        pairs();
        clock = clock + System.nanoTime() - between;
        called = called + between - begin;
        batches = batches + 1;
    }

    private static void calls() {
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += called(i);
        }
        sink += sum;
    }

    private static void pairs() {
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum -= System.nanoTime();
            sum += System.nanoTime();
        }
        sink += sum;
    }

    /** The method that is probed. */
    static long called(long number) {
        return number ^ (number << 7);
    }
}
