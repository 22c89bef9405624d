package dev.javelin.it.targets;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Methods that are called a known number of times from {@code go} on, by four threads, and on a JDK that has them by virtual threads, too; then
 * {@code DONE} is said. {@code durations} prints what the calls of {@link #timed} took by a clock within them and by one around them: {@code
 * inner50=N outer50=N inner90=N ...}. {@code account} says how many of them were slow by each: {@code around=N slow=N}. {@code threads} says how many
 * there are, {@code names} which. With the argument {@code exit} the process then ends. Java 8, for the oldest JDK whose methods are probed.
 */
public final class KnownMethods {
    public static final int CALLS = 100_003;
    public static final int DEPTH = 1_009;
    public static final int THROWN = 10_007;
    public static final int BUILT = 20_011;
    public static final int AREAS = 30_011;
    public static final int FLIPS = 40_009;
    public static final int TIMED = 2_003;
    public static final int VIRTUAL = 5_003;
    /** Calls of {@link #timed} that take longer are slow. */
    public static final long SLOW_NANOS = 100_000;

    private static final int THREADS = 4;
    private static final long SHORTEST_NANOS = 20_000;

    private static final AtomicLong DURATIONS_TAKEN = new AtomicLong();
    private static final long[] DURATIONS = new long[TIMED];
    private static final long[] AROUND = new long[TIMED];
    private static final AtomicLong SINK = new AtomicLong();

    private final int value;

    /** Throws every other time, from a constructor that calls another. */
    KnownMethods(int value) {
        this(value, "");
        if (value % 2 == 1) {
            throw new IllegalArgumentException("odd");
        }
    }

    private KnownMethods(int value, String text) {
        this.value = value + text.length();
    }

    /** Has two implementors; one is loaded late. */
    interface Shape {
        long area(int side);
    }

    /** One of them. */
    static final class Square implements Shape {
        @Override
        public long area(int side) {
            return (long) side * side;
        }
    }

    /** The other, which nothing loads before it is used. */
    static final class Late {
        /** Below a class that is loaded as late. */
        static class Base implements Shape {
            @Override
            public long area(int side) {
                return side;
            }
        }
    }

    /** Calls when it is told to. */
    public static void main(String[] arguments) throws InterruptedException {
        Console console = new Console()
                .on("durations", KnownMethods::durations)
                .on("account", KnownMethods::account)
                .on("names", () -> Thread.getAllStackTraces().keySet().toString())
                .on(
                        "threads",
                        () -> Integer.toString(
                                ManagementFactory.getThreadMXBean().getThreadCount()))
                .listen();
        new Square().area(1);
        console.ready();
        console.awaitGo();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            threads.add(new Thread(() -> calls(number)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        virtual();
        Console.say("DONE");
        if (arguments.length > 0) {
            System.exit(3);
        }
        Thread.sleep(Long.MAX_VALUE);
    }

    private static String durations() {
        long[] inner = DURATIONS.clone();
        long[] outer = AROUND.clone();
        Arrays.sort(inner);
        Arrays.sort(outer);
        StringJoiner line = new StringJoiner(" ");
        for (int percentile : new int[] {50, 90, 99}) {
            int rank = TIMED * percentile / 100;
            line.add("inner" + percentile + "=" + inner[rank]).add("outer" + percentile + "=" + outer[rank]);
        }
        return line.toString();
    }

    private static String account() {
        long slow = Arrays.stream(DURATIONS).filter(nanos -> nanos > SLOW_NANOS).count();
        long around = Arrays.stream(AROUND).filter(nanos -> nanos >= SLOW_NANOS).count();
        return "around=" + around + " slow=" + slow;
    }

    private static int share(int all, int number) {
        return all / THREADS + (number < all % THREADS ? 1 : 0);
    }

    private static void calls(int number) {
        for (int i = 0; i < share(CALLS, number); i++) {
            SINK.addAndGet(counted(i));
        }
        for (int i = 0; i < share(THROWN, number); i++) {
            try {
                thrown(i);
            } catch (IllegalStateException e) {
                SINK.incrementAndGet();
            }
        }
        for (int i = 0; i < share(BUILT, number); i++) {
            try {
                SINK.addAndGet(new KnownMethods(i).value);
            } catch (IllegalArgumentException e) {
                SINK.incrementAndGet();
            }
        }
        Shape square = new Square();
        Shape late = new Late.Base();
        for (int i = 0; i < share(AREAS, number); i++) {
            SINK.addAndGet(square.area(i) + late.area(i));
        }
        BitSet bits = new BitSet(64);
        for (int i = 0; i < share(FLIPS, number); i++) {
            bits.flip(i & 63);
        }
        for (int i = 0; i < share(TIMED, number); i++) {
            long begin = System.nanoTime();
            timed(SHORTEST_NANOS + i % 400 * 1_000L);
            AROUND[i * THREADS + number] = System.nanoTime() - begin;
        }
        if (number == 0) {
            down(DEPTH);
        }
    }

    private static void virtual() throws InterruptedException {
        if (VirtualThreads.supported()) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < VIRTUAL; i++) {
                threads.add(VirtualThreads.start("virtual", () -> SINK.addAndGet(virtualCall())));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    static long counted(int number) {
        return number;
    }

    static void thrown(int number) {
        if (number >= 0) {
            throw new IllegalStateException("always");
        }
    }

    static int down(int depth) {
        return depth == 1 ? 1 : down(depth - 1) + 1;
    }

    static long virtualCall() {
        LockSupport.parkNanos(1); // leaves its carrier
        return 1;
    }

    /** Passes that much time, and notes what it was. */
    static void timed(long nanos) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < nanos) {
            // nothing else passes exactly so much
        }
        DURATIONS[(int) DURATIONS_TAKEN.getAndIncrement()] = System.nanoTime() - begin;
    }
}
