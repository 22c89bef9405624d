package dev.javelin.it.targets;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * A target of known shares: it does its activities in turn, in slices of a few milliseconds, and keeps the CPU time that
 * each used. {@code account} prints {@code name=nanoseconds} for each. With the argument {@code threads} each activity
 * has a thread of its own instead.
 */
public final class Shares {
    private static final long MILLI = 1_000_000;
    private static final int VIRTUAL_THREADS = 4;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Activities activities = new Activities();
    private final Map<String, Step> steps = new LinkedHashMap<>();
    private final Map<String, AtomicLong> used = new LinkedHashMap<>();

    private interface Step {
        /** Works once and returns the CPU time used, ns. */
        long work() throws Exception;
    }

    private interface Slice {
        void run(long nanos) throws Exception;
    }

    private Shares() throws ReflectiveOperationException {
        timed("c2Loop", 12 * MILLI, activities::c2Loop);
        timed("recursion", 9 * MILLI, activities::recursion);
        timed("interpreted", 6 * MILLI, activities::interpreted);
        timed("lambdas", 11 * MILLI, activities::lambdas);
        timed("zip", 14 * MILLI, activities::zip);
        add("shortThreads", () -> activities.shortThreads(10 * MILLI));
        if (VirtualThreads.supported()) {
            add("virtualThreads", this::virtualRound);
        }
    }

    /** Runs until it is told to stop. */
    public static void main(String[] args) throws Exception {
        Shares shares = new Shares();
        for (int i = 0; i < 30; i++) {
            shares.round();
        }
        shares.used.values().forEach(nanos -> nanos.set(0));
        Console console = new Console().on("account", shares::account).listen();
        if (Arrays.asList(args).contains("threads")) {
            shares.startThreads();
            console.ready();
            console.awaitGo();
        } else {
            console.ready();
            while (!console.stopping()) {
                shares.round();
            }
        }
    }

    private void timed(String name, long nanos, Slice slice) {
        add(name, () -> {
            long start = Activities.cpu();
            slice.run(nanos);
            return Activities.cpu() - start;
        });
    }

    private void add(String name, Step step) {
        steps.put(name, step);
        used.put(name, new AtomicLong());
    }

    private void round() throws Exception {
        for (String name : steps.keySet()) {
            step(name);
        }
    }

    private void step(String name) throws Exception {
        used.get(name).addAndGet(steps.get(name).work());
    }

    private void startThreads() {
        for (String name : steps.keySet()) {
            Thread thread = new Thread(() -> forever(name), "share-" + name);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void forever(String name) {
        try {
            while (true) {
                step(name);
            }
        } catch (Exception broken) {
            throw new IllegalStateException(name, broken);
        }
    }

    /** What virtual threads do is charged to their carriers; nothing else runs on these. */
    private long virtualRound() throws InterruptedException {
        long before = carriers();
        Thread[] threads = new Thread[VIRTUAL_THREADS];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = VirtualThreads.start("virtual-" + i, () -> activities.virtualWork(20));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return carriers() - before;
    }

    private static long carriers() {
        long nanos = 0;
        long[] ids = THREADS.getAllThreadIds();
        ThreadInfo[] infos = THREADS.getThreadInfo(ids);
        for (int i = 0; i < ids.length; i++) {
            if (infos[i] != null && infos[i].getThreadName().startsWith("ForkJoinPool-")) {
                nanos += Math.max(0, THREADS.getThreadCpuTime(ids[i]));
            }
        }
        return nanos;
    }

    private String account() {
        return used.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
    }
}
