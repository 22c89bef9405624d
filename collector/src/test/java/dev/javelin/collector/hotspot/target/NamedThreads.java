package dev.javelin.collector.hotspot.target;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** Threads with known names, in a heap whose objects the collector moves all the time, until it is killed. */
public final class NamedThreads {
    /** Latin-1, long, UTF-16, beyond the BMP, empty, hostile. */
    public static final List<String> NAMES = List.of(
            "plain",
            "a name far longer than the fifteen bytes that the kernel keeps of it",
            "gr\u00fc\u00dfe",
            "\u540d\u524d \u20ac",
            "\ud83d\ude00 \ud835\udd4f beyond",
            "",
            "<script>alert(1)</script>; \"quoted\"\n");

    private NamedThreads() {}

    public static void main(String[] args) throws Exception {
        for (String name : NAMES) {
            Thread thread = new Thread(NamedThreads::sleep, name);
            thread.setDaemon(true);
            thread.start();
        }
        virtual();
        System.out.println("ready");
        churn();
    }

    /** A virtual thread that yielded in a deep stack, and since then stays on its carrier; on JDKs that have them. */
    private static void virtual() throws Exception {
        Class<?> builder;
        try {
            builder = Class.forName("java.lang.Thread$Builder");
        } catch (ClassNotFoundException e) {
            return;
        }
        CountDownLatch running = new CountDownLatch(1);
        Object ofVirtual = Thread.class.getMethod("ofVirtual").invoke(null);
        Object named = builder.getMethod("name", String.class).invoke(ofVirtual, "a virtual thread with a name");
        Method start = builder.getMethod("start", Runnable.class);
        Runnable spin = () -> spin(20, running);
        start.invoke(named, spin);
        running.await();
    }

    private static void spin(int depth, CountDownLatch running) {
        if (depth > 0) {
            spin(depth - 1, running);
            return;
        }
        LockSupport.parkNanos(50_000_000);
        running.countDown();
        while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void churn() {
        Random random = new Random(1);
        List<byte[]> kept = new ArrayList<>();
        while (true) {
            byte[] fresh = new byte[1000 + random.nextInt(3000)];
            if (kept.size() < 10_000) {
                kept.add(fresh);
            } else {
                kept.set(random.nextInt(kept.size()), fresh);
            }
        }
    }
}
