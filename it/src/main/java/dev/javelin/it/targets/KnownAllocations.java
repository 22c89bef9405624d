package dev.javelin.it.targets;

import java.lang.management.ManagementFactory;

/**
 * Says how many bytes of the heap its thread takes while it calls methods that take none themselves: {@code measure} has {@link #calledReturns} and
 * {@link #calledThrows} called {@link #CALLS} times each, and is answered by {@code MEASURE N}. {@code control} does so with a method that does allocate.
 */
public final class KnownAllocations {
    public static final int CALLS = 1_000_000;

    /** Compilers are done with them by then. */
    private static final int WARM = 200_000;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static long sink;
    private static int[] kept;

    private KnownAllocations() {}

    /** Measures when it is told to. */
    public static void main(String[] arguments) throws InterruptedException {
        IllegalStateException same = new IllegalStateException("always the same");
        new Console()
                .on("measure", () -> Long.toString(taken(() -> callBoth(same))))
                .on("control", () -> Long.toString(taken(KnownAllocations::allocates)))
                .listen()
                .ready();
        Thread.sleep(Long.MAX_VALUE);
    }

    private static long taken(Runnable call) {
        run(call, WARM);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        run(call, CALLS);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static void run(Runnable call, int times) {
        for (int i = 0; i < times; i++) {
            call.run();
        }
    }

    private static void callBoth(IllegalStateException same) {
        sink = calledReturns(sink);
        try {
            calledThrows(same);
        } catch (IllegalStateException e) {
            sink++;
        }
    }

    /** How many calls of the two methods {@code measure} makes, before it measures and then. */
    public static long allCalls() {
        return 2L * (WARM + CALLS);
    }

    /** Is probed. */
    static long calledReturns(long number) {
        return number < 0 ? -number : number + 1;
    }

    /** The same. */
    static void calledThrows(IllegalStateException same) {
        throw same;
    }

    private static void allocates() {
        kept = new int[4];
        sink += kept.length;
    }
}
