package dev.javelin.it.targets;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Threads that wait for what the kernel or the JVM has, each in a method of its own, from {@code go} on; then {@code DONE} is said. {@code account}
 * prints the nanoseconds that each method took by the clock, less its thread's own CPU time: {@code accepting=N faulting=N ...}. The
 * arguments are the path of the native library and a directory on a disk.
 */
public final class KnownNativeWaits {
    private static final int TIMES = 100;
    private static final int WARM_UP = 2;
    private static final int MILLIS = 20;
    private static final int PAGE = 4096;
    /** As many as the disk's write-ahead takes a while for. */
    private static final int WRITTEN = 4 << 20;
    /** The disk answers in a tenth of a millisecond: only many make a sum. */
    private static final int READ_PAGES = 2_000;

    private static final int COLLECTIONS = 20;
    private static final int LIVE_NODES = 3_000_000;

    private static final Object MONITOR = new Object();
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Map<String, Long> nanos = new ConcurrentHashMap<>();
    private final Path directory;
    private Node live;

    /** What a collection has to follow one by one. */
    private record Node(Node next) {}

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private KnownNativeWaits(Path directory) {
        this.directory = directory;
    }

    private static native void waitForFutex(long millis);

    private static native long slowPages(int pages, long millis);

    private static native int touch(long address);

    private static native long uncached(String file, long bytes);

    /** Waits when it is told to. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.load(arguments[0]);
        KnownNativeWaits waits = new KnownNativeWaits(Path.of(arguments[1]));
        Console console = new Console().on("account", waits::account).listen();
        waits.all(WARM_UP); // loads what is needed
        waits.nanos.clear();
        console.ready();
        console.awaitGo();
        waits.all(TIMES);
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private String account() {
        return new TreeMap<>(nanos)
                .entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(" "));
    }

    private void all(int times) throws IOException, InterruptedException {
        Path file = directory.resolve("waits.dat");
        try (FileChannel written = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                ServerSocketChannel server =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel sent = SocketChannel.open(server.getLocalAddress());
                SocketChannel received = server.accept();
                ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody.setSoTimeout(MILLIS);
            together(List.of(
                    thread(times, () -> measured("receiving", () -> receiving(received))),
                    thread(times, () -> {
                        Thread.sleep(MILLIS);
                        sent.write(ByteBuffer.allocate(1));
                    }),
                    thread(times, () -> measured("waiting", KnownNativeWaits::waiting)),
                    thread(times, () -> measured("accepting", () -> accepting(nobody))),
                    thread(times, () -> measured("locking", KnownNativeWaits::locking)),
                    faults(times)));
            // by themselves, so that the disk is theirs, and that nobody else is held by a safepoint
            together(List.of(thread(times, () -> {
                written.write(ByteBuffer.allocate(WRITTEN), 0);
                measured("syncing", () -> syncing(written));
            })));
        }
        together(List.of(reads(file, times)));
        safepoints(Math.max(1, times * COLLECTIONS / TIMES));
        Files.delete(file);
    }

    private static void together(List<Thread> threads) throws InterruptedException {
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** A page each time, which another thread fills in after a while; nothing where the kernel lets nobody do that. */
    private Thread faults(int times) {
        long pages = slowPages(times, MILLIS);
        long[] next = {pages};
        return thread(pages == 0 ? 0 : times, () -> {
            long page = next[0];
            next[0] += PAGE;
            measured("faulting", () -> faulting(page));
        });
    }

    /** Pages of a file that has just been written and is in no memory any more, in no order that the kernel could read ahead. */
    private Thread reads(Path file, int times) {
        long bytes = WRITTEN;
        long pages = uncached(file.toString(), bytes);
        int wanted = Math.min(READ_PAGES * times / TIMES, WRITTEN / PAGE);
        return new Thread(() -> attempt(() -> measured("paging", () -> paging(pages, wanted))));
    }

    /** One thread that wants to run, and one that has the JVM stop it. */
    private void safepoints(int times) throws InterruptedException {
        for (int i = 0; i < LIVE_NODES; i++) {
            live = new Node(live);
        }
        AtomicBoolean over = new AtomicBoolean();
        Thread held = new Thread(() -> attempt(() -> measured("running", () -> running(over))));
        held.start();
        for (int i = 0; i < times; i++) {
            System.gc();
        }
        over.set(true);
        held.join();
        live = null;
    }

    private static Thread thread(int times, Step step) {
        return new Thread(() -> {
            for (int i = 0; i < times; i++) {
                attempt(step);
            }
        });
    }

    private static void attempt(Step step) {
        try {
            step.run();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void measured(String name, Step step) throws IOException, InterruptedException {
        long cpu = THREADS.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        step.run();
        long elapsed = System.nanoTime() - start;
        nanos.merge(name, elapsed - (THREADS.getCurrentThreadCpuTime() - cpu), Long::sum);
    }

    private static void receiving(SocketChannel channel) throws IOException {
        channel.read(ByteBuffer.allocate(1));
    }

    private static void waiting() throws InterruptedException {
        long end = System.nanoTime() + MILLIS * 1_000_000L;
        synchronized (MONITOR) {
            while (System.nanoTime() < end) {
                MONITOR.wait(MILLIS);
            }
        }
    }

    private static void accepting(ServerSocket nobody) throws IOException {
        try {
            nobody.accept().close();
        } catch (SocketTimeoutException expected) {
            return;
        }
        throw new IOException("somebody came");
    }

    private static void locking() {
        waitForFutex(MILLIS);
    }

    private static void faulting(long page) {
        touch(page);
    }

    private static void syncing(FileChannel file) throws IOException {
        file.force(true);
    }

    private static void paging(long pages, int wanted) {
        int all = WRITTEN / PAGE;
        for (int i = 0; i < wanted; i++) {
            touch(pages + (long) (i * 389 % all) * PAGE);
        }
    }

    private static void running(AtomicBoolean over) {
        while (!over.get()) {
            Thread.onSpinWait();
        }
    }
}
