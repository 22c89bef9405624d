package dev.javelin.it.targets;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads that load hundreds of classes a second, each by a loader of its own and under one of a hundred names, and call a method of each, {@code answer};
 * the last two hundred are kept. With the argument {@code threads} threads are started as well, one after the other, each of which looks into maps and
 * at texts, as all programs do. {@code account} prints how many they were, and how many failed or answered wrong: {@code failed=N loaded=N started=N}. {@code
 * pause} makes them rest once none is loading; {@code threads} says how many threads there are, {@code heap} how many bytes are used after a garbage
 * collection.
 */
public final class ClassLoading {
    /** What the classes are called. */
    public static final String NAMES = "dev.javelin.it.targets.Loaded*";

    /** The code of their method, in hexadecimal digits: {@code bipush 42, ireturn}. */
    public static final String CODE = "102aac";

    /** How often a thread that is started looks into a map. */
    public static final int LOOKS = 26;

    private static final int ANSWER = 42;
    private static final int DIFFERENT = 100;
    private static final int KEPT = 200;
    private static final int THREADS = 4;
    private static final ThreadMXBean ALL = ManagementFactory.getThreadMXBean();

    private final AtomicLong loaded = new AtomicLong();
    private final AtomicLong started = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Class<?>[] kept = new Class<?>[KEPT];
    private final byte[][] files = new byte[DIFFERENT][];
    private final Thread[] threads = new Thread[THREADS];
    private volatile boolean pausing;

    private ClassLoading() {
        for (int i = 0; i < DIFFERENT; i++) {
            ClassBytes bytes = new ClassBytes(name(i).replace('.', '/'));
            bytes.method("answer", "()I", 1, 0, new ClassBytes.Code().op(0x10, ANSWER, 0xac));
            files[i] = bytes.toBytes();
        }
    }

    private static String name(int number) {
        return NAMES.replace("*", Integer.toString(number));
    }

    /** Loads until its input ends. */
    public static void main(String[] arguments) throws InterruptedException {
        ClassLoading loading = new ClassLoading();
        Arrays.setAll(loading.threads, i -> new Thread(loading::load, "loader-" + i));
        for (Thread thread : loading.threads) {
            thread.setDaemon(true);
            thread.start();
        }
        if (arguments.length > 0) {
            Thread starter = new Thread(loading::startThreads, "starter");
            starter.setDaemon(true);
            starter.start();
        }
        while (loading.loaded.get() < KEPT) {
            Thread.sleep(10);
        }
        new Console()
                .on(
                        "account",
                        () -> "failed=" + loading.failed + " loaded=" + loading.loaded + " started=" + loading.started)
                .on("pause", loading::pause)
                .on("threads", () -> Integer.toString(ALL.getThreadCount()))
                .on("heap", ClassLoading::heap)
                .listen()
                .ready();
        Thread.sleep(Long.MAX_VALUE);
    }

    private void load() {
        try {
            while (true) {
                loadOne();
                do {
                    Thread.sleep(5); // others want a CPU, too
                } while (pausing);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void startThreads() {
        try {
            while (true) {
                Looks looks = new Looks();
                Thread thread = new Thread(looks, "looks-" + started);
                thread.start();
                thread.join();
                if (looks.right != LOOKS) {
                    failed.incrementAndGet();
                }
                started.incrementAndGet();
                do {
                    Thread.sleep(5);
                } while (pausing);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a thread does that is started. */
    private static final class Looks implements Runnable {
        private int right;

        @Override
        public void run() {
            Map<String, Integer> numbers = new HashMap<>();
            for (int i = 0; i < LOOKS; i++) {
                numbers.put(("text " + (char) ('a' + i)).substring(5), i);
            }
            for (int i = 0; i < LOOKS; i++) {
                right += numbers.get(String.valueOf((char) ('a' + i))) == i ? 1 : 0;
            }
        }
    }

    private void loadOne() {
        int number = (int) loaded.getAndIncrement();
        int which = number % DIFFERENT;
        try {
            Class<?> type = ClassBytes.define(name(which), files[which]);
            if ((int) type.getMethod("answer").invoke(null) != ANSWER) {
                failed.incrementAndGet();
            }
            synchronized (kept) {
                kept[number % KEPT] = type;
            }
        } catch (ReflectiveOperationException | LinkageError e) {
            failed.incrementAndGet();
        }
    }

    private String pause() {
        pausing = true;
        for (Thread thread : threads) {
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
        }
        return "";
    }

    private static String heap() {
        System.gc();
        System.gc();
        return Long.toString(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
}
