package dev.javelin.it.targets;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Many threads that all want the CPU; the argument says how many (200). They start with the line {@code go}, so that who
 * measures need not fight them for the CPU while it starts. {@code account} prints {@code rounds=N}.
 */
public final class BusyThreads {
    private static final int DEPTH = 25;

    private BusyThreads() {}

    /** Runs until it is told to stop. */
    public static void main(String[] arguments) throws InterruptedException {
        int count = arguments.length == 0 ? 200 : Integer.parseInt(arguments[0]);
        AtomicLongArray rounds = new AtomicLongArray(count);
        Console console =
                new Console().on("account", () -> "rounds=" + sum(rounds)).listen();
        console.ready();
        console.awaitGo();
        for (int i = 0; i < count; i++) {
            int index = i;
            new Thread(() -> forever(rounds, index), "busy-" + i).start();
        }
    }

    private static void forever(AtomicLongArray rounds, int index) {
        long x = index;
        while (true) {
            x = down(DEPTH, x);
            rounds.addAndGet(index, x == 0 ? 0 : 1);
        }
    }

    private static long down(int left, long x) {
        if (left == 0) {
            long y = x | 1;
            for (int i = 0; i < 1000; i++) {
                y ^= y << 13;
                y ^= y >>> 7;
                y ^= y << 17;
            }
            return y;
        }
        return down(left - 1, x + left) ^ left;
    }

    private static long sum(AtomicLongArray rounds) {
        long sum = 0;
        for (int i = 0; i < rounds.length(); i++) {
            sum += rounds.get(i);
        }
        return sum;
    }
}
