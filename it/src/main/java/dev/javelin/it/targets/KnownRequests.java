package dev.javelin.it.targets;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Requests, one after the other, in {@link #request}; most are quick, and every fifth is slow for a reason that is known: a monitor and a lock
 * that others hold, a sleep, a socket, a disk, much work, a garbage collection. After {@code go} there are as many as its argument says, then
 * {@code DONE} is said. {@code account} prints for each reason the nanoseconds that it took without the thread's own time on the CPU: {@code
 * monitor=N slow.monitor=N ...}; {@code cpu}, all of its time there; and the calls, the slow ones of at least {@link #SLOW_NANOS}, and how long
 * they took, by a clock within them and ({@code around}) one outside; {@code outside} are those that are slow by that one, and {@code slowest} and
 * {@code around.slowest} are what the slowest hundredth took by each. {@code port} says where the socket leads to.
 * With a second argument {@code virtual} each request has a virtual thread of its own, whose time on the CPU is not known, but for that of {@code
 * file}: {@code work} is how long it took to use some, that in which it had no CPU included.
 */
public final class KnownRequests {
    /** From which time on a request is slow. */
    public static final long SLOW_NANOS = 10_000_000;

    private static final int MILLIS = 25;
    private static final long WORK_NANOS = 1_000_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Guarded MONITOR = new Guarded();
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final AtomicLong ENTERED = new AtomicLong();

    /** What the monitor is of. */
    private static final class Guarded {}

    private enum Hold {
        MONITOR,
        LOCK
    }

    private final Map<String, Long> account = new TreeMap<>();
    private final Map<String, Long> request = new TreeMap<>();
    private final List<Long> within = new ArrayList<>();
    private final List<Long> around = new ArrayList<>();
    private final SynchronousQueue<Hold> holds = new SynchronousQueue<>();
    private final SynchronousQueue<Hold> held = new SynchronousQueue<>();
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 20);
    private final FileChannel file;
    private final Socket socket;
    private final Method startVirtual;

    /** The start of a virtual thread; null if requests are the main thread's. */
    private KnownRequests(Method startVirtual) throws IOException {
        this.startVirtual = startVirtual;
        Path path = Files.createTempFile(Path.of(System.getProperty("user.dir")), "requests", ".data");
        file = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        daemon("server", () -> serve(server));
        socket = new Socket(server.getInetAddress(), server.getLocalPort());
        daemon("holder", this::hold);
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    /** Serves requests when it is told to. */
    public static void main(String[] arguments) throws Exception {
        boolean virtual = arguments.length > 1 && arguments[1].equals("virtual");
        KnownRequests requests = new KnownRequests(
                virtual ? Thread.class.getMethod("startVirtualThread", Runnable.class) : null); // JDK 21
        Console console = new Console()
                .on("account", requests::text)
                .on("port", () -> Integer.toString(requests.socket.getPort()))
                .listen();
        requests.serve(70);
        requests.account.clear();
        requests.within.clear();
        requests.around.clear();
        console.ready();
        console.awaitGo();
        requests.serve(arguments.length == 0 ? 1_000 : Integer.parseInt(arguments[0]));
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private String text() {
        account.put("slowest", slowest(within));
        account.put("around.slowest", slowest(around));
        return account.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    /** The sum of the slowest hundredth. */
    private static long slowest(List<Long> nanos) {
        return nanos.stream()
                .sorted(Comparator.reverseOrder())
                .limit(nanos.size() / 100)
                .mapToLong(Long::longValue)
                .sum();
    }

    private void serve(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            int number = i;
            prepare(number);
            request.clear();
            if (startVirtual == null) {
                around(number);
            } else {
                ((Thread) startVirtual.invoke(null, task(() -> around(number)))).join();
            }
            long outside = request.get("around");
            around.add(outside);
            if (outside >= SLOW_NANOS) {
                account.merge("outside.calls", 1L, Long::sum);
                account.merge("outside.elapsed", outside, Long::sum);
                account.merge("outside.cpu", request.get("around.cpu"), Long::sum);
            }
            long nanos = request.remove("elapsed");
            within.add(nanos);
            account("calls", 1, nanos);
            account("elapsed", nanos, nanos);
            request.forEach((reason, took) -> account(reason, took, nanos));
            Thread.sleep(1);
        }
    }

    private void around(int number) throws IOException, InterruptedException {
        long cpu = cpu();
        long start = System.nanoTime();
        request(number);
        request.put("around", System.nanoTime() - start);
        request.put("around.cpu", cpu() - cpu);
    }

    private void account(String name, long value, long nanos) {
        account.merge(name, value, Long::sum);
        if (nanos >= SLOW_NANOS) {
            account.merge("slow." + name, value, Long::sum);
        }
    }

    /** What is to be held is held when the request comes. */
    private void prepare(int number) throws InterruptedException {
        if (number % 35 == 0) {
            holds.put(Hold.MONITOR);
            held.take();
        } else if (number % 35 == 5) {
            holds.put(Hold.LOCK);
            held.take();
        }
    }

    /** A request. */
    void request(int number) throws IOException, InterruptedException {
        long start = System.nanoTime();
        long cpu = cpu();
        work(WORK_NANOS);
        switch (number % 35) {
            case 0 -> took("monitor", this::cpu, KnownRequests::enter);
            case 5 -> took("park", this::cpu, KnownRequests::lock);
            case 10 -> took("sleep", this::cpu, KnownRequests::rest);
            case 15 -> took("socket", this::cpu, this::ask);
            case 20 -> took("file", this::cpu, this::write);
            case 25 -> work(MILLIS * WORK_NANOS);
            case 30 -> took("gc", this::cpu, KnownRequests::collect);
            default -> {} // quick
        }
        request.put("cpu", cpu() - cpu);
        request.put("elapsed", System.nanoTime() - start);
    }

    /** The time on the CPU of the thread; 0 of virtual ones, of which it is not known. */
    private long cpu() {
        return startVirtual == null ? THREADS.getCurrentThreadCpuTime() : 0;
    }

    /** How long the step waited: the time that it took without that on the CPU. */
    private void took(String reason, LongSupplier cpu, Step step) throws IOException, InterruptedException {
        long before = cpu.getAsLong();
        long start = System.nanoTime();
        step.run();
        long nanos = System.nanoTime() - start;
        request.put(reason, nanos - (cpu.getAsLong() - before));
    }

    private void work(long nanos) {
        long start = System.nanoTime();
        long end = start + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        request.merge("work", System.nanoTime() - start, Long::sum);
    }

    private static void enter() {
        synchronized (MONITOR) {
            ENTERED.incrementAndGet();
        }
    }

    private static void lock() {
        LOCK.lock();
        try {
            ENTERED.incrementAndGet();
        } finally {
            LOCK.unlock();
        }
    }

    private static void collect() {
        System.gc();
    }

    private static void rest() throws InterruptedException {
        Thread.sleep(MILLIS);
    }

    private void ask() throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(1);
        out.flush();
        if (socket.getInputStream().read() != 1) {
            throw new IOException("the server has gone");
        }
    }

    private void write() throws IOException {
        file.write(bytes.clear(), 0);
        file.force(true);
    }

    private static Runnable task(Step step) {
        return () -> {
            try {
                step.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private static void daemon(String name, Step step) {
        Thread thread = new Thread(task(step), name);
        thread.setDaemon(true);
        thread.start();
    }

    private void hold() throws InterruptedException {
        while (true) {
            if (holds.take() == Hold.MONITOR) {
                holdMonitor();
            } else {
                holdLock();
            }
        }
    }

    private void holdMonitor() throws InterruptedException {
        synchronized (MONITOR) {
            held.put(Hold.MONITOR);
            Thread.sleep(MILLIS);
        }
    }

    private void holdLock() throws InterruptedException {
        LOCK.lock();
        try {
            held.put(Hold.LOCK);
            Thread.sleep(MILLIS);
        } finally {
            LOCK.unlock();
        }
    }

    private static void serve(ServerSocket server) throws IOException, InterruptedException {
        try (Socket client = server.accept()) {
            InputStream in = client.getInputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                Thread.sleep(MILLIS);
                client.getOutputStream().write(b);
            }
        }
    }
}
