package dev.javelin.it.targets;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Requests, one after the other, in {@link #request}, each of which hands three or four tasks to other threads, in one of many ways, that sleep
 * and work. A third of the requests wait for them, a third are slow by themselves, and a third return at once. Another thread hands
 * tasks to the same pool. After {@code go} there are as many requests as the argument says, then {@code DONE} is said. {@code account} prints for the tasks
 * of all requests, and of those of at least {@link #SLOW_NANOS}, how many there were, how long they were queued, ran, slept and used a CPU:
 * {@code tasks=N slow.tasks=N queued=N ...}; and the same of the requests as {@link KnownRequests} does.
 */
public final class KnownTasks {
    /** From which time on a request is slow. */
    public static final long SLOW_NANOS = 10_000_000;

    private static final int TASKS = 3;

    private static final int MILLIS = 12;
    private static final long WORK_NANOS = 20_000_000;
    private static final int REST_MILLIS = 100;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Map<String, Long> account = new TreeMap<>();
    private final Map<String, Long> request = new TreeMap<>();
    private final ExecutorService pool = Executors.newFixedThreadPool(2);
    private final ScheduledExecutorService scheduled = Executors.newScheduledThreadPool(2);
    private final ForkJoinPool forkJoin = new ForkJoinPool(2);
    private final List<Future<?>> futures = new ArrayList<>();
    private CountDownLatch open = new CountDownLatch(0);

    private KnownTasks() {}

    /** Serves requests when it is told to. */
    public static void main(String[] arguments) throws Exception {
        KnownTasks requests = new KnownTasks();
        Console console = new Console().on("account", requests::text).listen();
        requests.serve(40);
        requests.account.clear();
        console.ready();
        Thread others = new Thread(requests::disturb, "others");
        others.setDaemon(true);
        others.start();
        console.awaitGo();
        requests.serve(arguments.length == 0 ? 300 : Integer.parseInt(arguments[0]));
        Thread.sleep(REST_MILLIS);
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private synchronized String text() {
        return account.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    private void serve(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            synchronized (request) {
                request.clear();
            }
            futures.clear();
            open = new CountDownLatch(way(i) == 1 ? TASKS + 1 : TASKS);
            long start = System.nanoTime();
            request(i);
            long nanos = System.nanoTime() - start;
            open.await();
            account("calls", 1, nanos);
            account("elapsed", nanos, nanos);
            synchronized (request) {
                request.forEach((name, value) -> account(name, value, nanos));
            }
            Thread.sleep(1);
        }
    }

    private synchronized void account(String name, long value, long nanos) {
        account.merge(name, value, Long::sum);
        if (nanos >= SLOW_NANOS) {
            account.merge("slow." + name, value, Long::sum);
        }
    }

    /** In which way a request hands tasks over; each is used by requests that wait and by others. */
    private static int way(int number) {
        return number / 3 % 7;
    }

    /** A request. */
    void request(int number) throws InterruptedException {
        switch (way(number)) {
            case 0 -> {
                pool.execute(new Task(this::sleep));
                pool.execute(new Task(this::work));
                pool.execute(new Task(this::sleep));
            }
            case 1 -> {
                futures.add(pool.submit(new Task(this::sleep)));
                futures.add(pool.submit(new Task(this::work)));
                futures.add(pool.submit(new Task(() -> pool.execute(new Task(this::sleep)))));
            }
            case 2 -> {
                new Thread(new Task(this::sleep)).start();
                new Thread(new Task(this::work)).start();
                new Thread(new Task(this::sleep)).start();
            }
            case 3 -> {
                new Own(new Task(this::sleep)).start();
                new Own(new Task(this::work)).start();
                new Own(new Task(this::sleep)).start();
            }
            case 4 -> {
                Task first = new Task(this::sleep);
                Task second = new Task(this::work, first);
                futures.add(CompletableFuture.runAsync(first)
                        .thenRunAsync(second)
                        .thenRunAsync(new Task(this::sleep, second), pool));
            }
            case 5 -> {
                futures.add(scheduled.schedule(new Task(this::sleep), 0, TimeUnit.MILLISECONDS));
                scheduled.execute(new Task(this::work));
                futures.add(scheduled.submit(new Task(this::sleep)));
            }
            default -> {
                forkJoin.execute(new Task(this::sleep));
                forkJoin.execute(new Task(this::pair));
            }
        }
        if (number % 3 == 0) {
            open.await();
        } else if (number % 3 == 1) {
            Thread.sleep(2 * MILLIS);
        }
    }

    /** A thread that overrides what it runs. */
    private static final class Own extends Thread {
        private final Task task;

        Own(Task task) {
            this.task = task;
        }

        @Override
        public void run() {
            task.run();
        }
    }

    /** Forks a task, and waits for it; or runs it in the end, which is then no part of itself. */
    private void pair() {
        Task forked = new Task(this::sleep);
        ForkJoinTask<?> other = ForkJoinTask.adapt(forked).fork();
        work();
        other.join();
        if (forked.thread == Thread.currentThread()) {
            note("ran", forked.started - forked.ended);
        }
    }

    /** Notes what it did. */
    private final class Task implements Runnable {
        private final Runnable what;
        private final Task after;
        private long handedOver = System.nanoTime();
        private volatile long started;
        private volatile long ended;
        private volatile Thread thread;

        Task(Runnable what) {
            this(what, null);
        }

        /** One that is handed over when another has ended. */
        Task(Runnable what, Task after) {
            this.what = what;
            this.after = after;
        }

        @Override
        public void run() {
            started = System.nanoTime();
            thread = Thread.currentThread();
            long cpu = THREADS.getCurrentThreadCpuTime();
            if (after != null) {
                handedOver = Math.max(handedOver, after.ended);
            }
            what.run();
            ended = System.nanoTime();
            note("tasks", 1);
            note("queued", started - handedOver);
            note("ran", ended - started);
            note("cpu", THREADS.getCurrentThreadCpuTime() - cpu);
            open.countDown();
        }
    }

    private void note(String name, long value) {
        synchronized (request) {
            request.merge(name, value, Long::sum);
        }
    }

    private void work() {
        long end = System.nanoTime() + WORK_NANOS;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private void sleep() {
        long start = System.nanoTime();
        sleep(MILLIS);
        note("sleep", System.nanoTime() - start);
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tasks of no request. */
    private void disturb() {
        while (true) {
            pool.execute(() -> sleep(1));
            sleep(7);
        }
    }
}
