package dev.javelin.it.targets;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Threads that publish the span that they work on by a native library, as tracers do, each in its own way. From {@code go} on each calls the
 * library {@link #CALLS} times, and {@link #request} once; then {@code DONE} is said.
 */
public final class KnownSpans {
    public static final int CALLS = 503;
    public static final long TRACE_HIGH = 0x4bf92f3577b34da6L;
    public static final long TRACE_LOW = 0x0000_ce929d0e0e47L;
    public static final long SPAN = 0x00f0_67aa_0000_0000L;

    private static final int VALID = 1;
    private static final int MILLIS = 60;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** What a thread publishes. */
    public enum Way {
        /** The same span all the time. */
        ONE,
        /** Another span for each call of the library, which has the call's number at its end, and then the last one. */
        CHANGING,
        /** The same, of another thread. */
        CHANGING_TOO,
        /** Nothing ever. */
        NOTHING,
        /** A record that is not valid. */
        INVALID,
        /** A record that is not valid, by a number that has no meaning yet. */
        RESERVED,
        /** A span that it leaves before anything is called. */
        LEFT,
        /** A span within the request only, which it leaves before that returns. */
        WITHIN;

        /** The trace's first half; the other one is {@link #TRACE_LOW}. */
        public long traceHigh() {
            return TRACE_HIGH + ordinal();
        }

        /** The span of a call. */
        public long span(int call) {
            return SPAN + ((long) ordinal() << 16) + call;
        }
    }

    private KnownSpans() {}

    private static native void publish(long high, long low, long span, int valid);

    private static native void detach();

    private static native int work(int thread, int call);

    /** Works when it is told to; the argument is the library's path. */
    public static void main(String[] arguments) throws InterruptedException {
        System.load(arguments[0]);
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (Way way : Way.values()) {
            Thread thread = new Thread(() -> run(way, go), "span-" + way.ordinal());
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        publish(1, 1, 1, 0); // a linker that waits for it has its work behind it
        Console console = new Console().listen();
        console.ready();
        console.awaitGo();
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void run(Way way, CountDownLatch go) {
        try {
            go.await();
        } catch (InterruptedException e) {
            return;
        }
        begin(way);
        for (int call = 0; call < CALLS; call++) {
            if (way == Way.CHANGING || way == Way.CHANGING_TOO) {
                publish(way, call, VALID);
            }
            work(way.ordinal(), call);
        }
        request(way);
    }

    private static void begin(Way way) {
        switch (way) {
            case ONE, LEFT -> publish(way, 0, VALID);
            case INVALID -> publish(way, 0, 0);
            case RESERVED -> publish(way, 0, 2);
            default -> {
                // it does so later, or never
            }
        }
        if (way == Way.LEFT) {
            detach();
        }
    }

    private static void publish(Way way, int call, int valid) {
        publish(way.traceHigh(), TRACE_LOW, way.span(call), valid);
    }

    private static long request(Way way) {
        if (way == Way.WITHIN) {
            publish(way, 0, VALID);
        }
        long end = THREADS.getCurrentThreadCpuTime() + MILLIS * 1_000_000L; // samples are of that
        long spins = 0;
        while (THREADS.getCurrentThreadCpuTime() < end) {
            spins++;
        }
        if (way == Way.WITHIN) {
            detach();
        }
        return spins;
    }
}
