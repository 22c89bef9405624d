package dev.javelin.it.targets;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Ways to use the CPU, each in a method of its own that runs until it has used as much CPU time of its thread as it was
 * given. A profile must show under each name the share that the thread clock says.
 */
public final class Activities {
    /** Depth of {@link #recursion}. */
    public static final int DEPTH = 500;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final IntUnaryOperator[] LAMBDAS = {
        x -> x + 1,
        x -> x * 3,
        x -> x ^ 0x55,
        x -> Integer.rotateLeft(x, 5),
        x -> x - 11,
        x -> ~x,
        x -> x >>> 1,
        x -> Integer.reverse(x),
        x -> x * x,
        x -> x | 1,
        x -> Integer.bitCount(x) * x,
    };

    private final IntUnaryOperator huge;
    private final byte[] text = new byte[4096];
    private final byte[] packed = new byte[8192];

    /** The sink that keeps results alive. */
    private volatile long sink;

    /** Makes the interpreted method and the text to compress. */
    public Activities() throws ReflectiveOperationException {
        huge = HugeMethod.define();
        long random = 42;
        for (int i = 0; i < text.length; i++) {
            random = random * 6364136223846793005L + 1442695040888963407L;
            text[i] = (byte) (random >>> 60);
        }
    }

    private void keep(long x) {
        sink = x;
    }

    /** CPU time of this thread, ns. */
    static long cpu() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** A loop for C2. */
    public void c2Loop(long nanos) {
        long end = cpu() + nanos;
        long x = sink;
        do {
            x = spin(x, 20_000);
        } while (cpu() < end);
        sink = x;
    }

    private static long spin(long from, int rounds) {
        long x = from | 1;
        for (int i = 0; i < rounds; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        return x;
    }

    /** Calls itself {@value #DEPTH} deep, a little work at each depth. */
    public void recursion(long nanos) {
        long end = cpu() + nanos;
        do {
            keep(recurse(DEPTH, sink));
        } while (cpu() < end);
    }

    private static long recurse(int depth, long x) {
        if (depth <= 1) {
            return x;
        }
        return recurse(depth - 1, spin(x, 40)) + depth;
    }

    /** A method that no compiler takes. */
    public void interpreted(long nanos) {
        long end = cpu() + nanos;
        do {
            keep(huge.applyAsInt((int) sink));
        } while (cpu() < end);
    }

    /** Lambdas behind one call site that sees them all. */
    public void lambdas(long nanos) {
        long end = cpu() + nanos;
        do {
            int x = (int) sink;
            for (int i = 0; i < 2000; i++) {
                x = LAMBDAS[(i * 7) % LAMBDAS.length].applyAsInt(x);
            }
            sink = x;
        } while (cpu() < end);
    }

    /** Native code of libzip. */
    public void zip(long nanos) {
        long end = cpu() + nanos;
        Deflater deflater = new Deflater();
        CRC32 crc = new CRC32();
        do {
            deflater.reset();
            deflater.setInput(text);
            deflater.finish();
            crc.update(packed, 0, deflater.deflate(packed));
        } while (cpu() < end);
        deflater.end();
        keep(crc.getValue());
    }

    /** Five threads one after the other, each living for its part of the time; returns what they used. */
    public long shortThreads(long nanos) throws InterruptedException {
        AtomicLong used = new AtomicLong();
        for (int i = 0; i < 5; i++) {
            Thread thread = new Thread(() -> used.addAndGet(shortLived(nanos / 5)), "short-" + i);
            thread.start();
            thread.join();
        }
        return used.get();
    }

    private long shortLived(long nanos) {
        long start = cpu();
        long x = start;
        do {
            x = spin(x, 5_000);
        } while (cpu() < start + nanos);
        keep(x);
        return cpu() - start;
    }

    /** Work of one virtual thread between two yields; the depth at which it yields is part of the work. */
    public void virtualWork(int rounds) {
        for (int i = 0; i < rounds; i++) {
            keep(yieldDeep(20, sink));
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // the yield is what is wanted
    private static long yieldDeep(int depth, long x) {
        if (depth == 0) {
            Thread.yield();
            return spin(x, 60_000);
        }
        return yieldDeep(depth - 1, x) + depth;
    }
}
