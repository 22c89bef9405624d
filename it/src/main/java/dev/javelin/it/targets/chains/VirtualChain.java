package dev.javelin.it.targets.chains;

import dev.javelin.it.targets.VirtualThreads;
import java.util.concurrent.locks.LockSupport;

/**
 * Virtual threads that leave their carrier with a deep stack and come back to it: their callers lie frozen in the heap
 * while the top runs. Started by {@link #start}; seen on the carriers' kernel threads.
 */
final class VirtualChain {
    private static final int DEPTH = 40;
    private static final int THREADS = 6;

    private VirtualChain() {}

    /** Starts them for ever. */
    static void start() {
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            VirtualThreads.start("chain-Virtual" + i, () -> forever(number));
        }
    }

    /** The stacks of such a thread, from the carrier's entry on. */
    static Grammar grammar() {
        Grammar carrier = Grammar.seq(
                Grammar.calls("java.util.concurrent.ForkJoinWorkerThread.run"),
                Grammar.anyOf("java.", "jdk.internal.", VirtualThreads.class.getName()));
        Grammar end = Grammar.either(
                Grammar.seq(Grammar.calls("VirtualChain.leave"), Grammar.jdk()), Grammar.calls("Work.spin"));
        Grammar down = Grammar.seq(Grammar.times(DEPTH + 1, "VirtualChain.down"), end);
        return Grammar.seq(
                carrier,
                Grammar.calls("VirtualChain$$Lambda.run"),
                Grammar.calls("VirtualChain.lambda$start$0", "VirtualChain.forever", "VirtualChain.round"),
                down);
    }

    private static void forever(int number) {
        while (true) {
            round(number);
        }
    }

    private static void round(int number) {
        Work.keep(down(DEPTH, number, Work.seed()));
    }

    private static long down(int left, int number, long x) {
        if (left == 0) {
            long y = Work.spin(x, 2000);
            leave(number, x);
            return Work.spin(y, 20_000);
        }
        return down(left - 1, number, x + left) ^ left;
    }

    @SuppressWarnings("ThreadPriorityCheck") // the yield is what is wanted
    private static void leave(int number, long x) {
        if ((number & 1) == 0) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(20_000 + (x & 0xfff));
        }
    }
}
