package dev.javelin.it.targets;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Calls of {@link #request} from {@code go} on, of each kind many, one after the other; each spends its time in one known way, in a method of
 * that name: it computes in Java, in a native library, in the JVM, in the kernel; it loads classes; it is held while another thread has the garbage
 * collected or the threads dumped; it shares a CPU with another thread; it waits for pages of a file; it opens a FIFO that
 * another thread opens later. Then {@code DONE} is said. {@code account} prints
 * for each what is known of it: {@code java.cpu}, the time on the CPU, {@code java.elapsed}, {@code java.queue}, for how long it was able to run and
 * did not, by the kernel's account, and {@code java.held}, for how long at once it did not run while it was to compute; nanoseconds. The arguments
 * are the native library, a file that is written, and a FIFO, and perhaps one kind, which then goes on until the end.
 */
public final class KnownParts {
    /** Of time on the CPU, where that is what a call is for. */
    private static final long NANOS = 25_000_000;

    private static final int TIMES = 20;
    private static final int PAGE_STEP = 1 << 17;
    private static final int FILE_BYTES = 1 << 24;
    private static final int CLASSES = 50;
    private static final int METHODS = 20;
    private static final int DEEP = 1_000;
    /** Fewer than {@code explain} shows. */
    private static final int FRAMES = 200;

    private static final int SLEEPERS = 30;
    private static final int LIVE = 300_000;
    /** Who does not run for so long is held. */
    private static final long HELD_NANOS = 300_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final AtomicLong DUMPED = new AtomicLong();
    private static final Map<String, Long> ACCOUNT = new ConcurrentSkipListMap<>();

    private enum Kind {
        JAVA,
        NATIVE,
        JVM,
        KERNEL,
        LOADING,
        COLLECTED,
        DUMPED,
        SHARED,
        FAULTS,
        OPENED
    }

    /** What another thread does at the same time. */
    private interface Other {
        void run() throws IOException, InterruptedException;
    }

    private final Path file;
    private final Path fifo;
    private final byte[][] classes = new byte[CLASSES][];
    private final SynchronousQueue<Other> others = new SynchronousQueue<>();
    private final SynchronousQueue<Boolean> ended = new SynchronousQueue<>();
    private final List<byte[]> live = new ArrayList<>();
    private long sink;

    private KnownParts(Path file, Path fifo) {
        this.file = file;
        this.fifo = fifo;
        for (int i = 0; i < CLASSES; i++) {
            ClassBytes bytes = new ClassBytes(name(i).replace('.', '/'));
            for (int method = 0; method < METHODS; method++) {
                bytes.method("answer" + method, "()I", 1, 0, new ClassBytes.Code().op(0x10, 42, 0xac));
            }
            classes[i] = bytes.toBytes();
        }
    }

    private static String name(int number) {
        return "dev.javelin.it.targets.Part" + number;
    }

    private static native long spin(long nanos);

    private static native long enter(long nanos);

    private static native boolean confine(int cpu);

    private static native long touch(String file, long step);

    /** Requests when it is told to. */
    public static void main(String[] arguments) throws Exception {
        System.load(arguments[0]);
        KnownParts parts = new KnownParts(Path.of(arguments[1]), Path.of(arguments[2]));
        Kind only = arguments.length > 3 ? Kind.valueOf(arguments[3]) : null;
        Console console = new Console().on("account", KnownParts::account).listen();
        parts.prepare();
        parts.all(only, 2);
        ACCOUNT.clear();
        console.ready();
        console.awaitGo();
        do {
            parts.all(only, TIMES);
        } while (only != null);
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static String account() {
        return ACCOUNT.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    /** What makes collections and dumps take their time; and who does what others do at the same time. */
    private void prepare() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(FILE_BYTES), 0);
            channel.force(true); // pages that are not on the disk yet stay in memory
        }
        for (int i = 0; i < LIVE; i++) {
            live.add(new byte[8]);
        }
        for (int i = 0; i < SLEEPERS; i++) {
            daemon("sleeper-" + i, () -> deep(DEEP));
        }
        daemon("other", () -> {
            while (true) {
                others.take().run();
                ended.put(true);
            }
        });
    }

    private static void daemon(String name, Other task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private static int deep(int left) throws InterruptedException {
        if (left == 0) {
            Thread.sleep(Long.MAX_VALUE);
            return 0;
        }
        return deep(left - 1) + 1;
    }

    private void all(Kind only, int times) throws Exception {
        for (Kind kind : only == null ? Kind.values() : new Kind[] {only}) {
            for (int i = 0; i < times; i++) {
                measured(kind);
                Thread.sleep(1);
            }
        }
    }

    private void measured(Kind kind) throws Exception {
        long queue = waited();
        long cpu = used();
        long start = System.nanoTime();
        request(kind);
        String name = kind.name().toLowerCase(java.util.Locale.ROOT);
        ACCOUNT.merge(name + ".elapsed", System.nanoTime() - start, Long::sum);
        ACCOUNT.merge(name + ".cpu", used() - cpu, Long::sum);
        ACCOUNT.merge(name + ".queue", waited() - queue, Long::sum);
    }

    /** The second number: time spent waiting on a run queue, nanoseconds (Documentation/scheduler/sched-stats.rst). */
    private static long waited() {
        try {
            return Long.parseLong(Files.readString(Path.of("/proc/thread-self/schedstat"))
                    .trim()
                    .split(" ", -1)[1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is explained. */
    void request(Kind kind) throws Exception {
        switch (kind) {
            case JAVA -> inJava();
            case NATIVE -> inNative();
            case JVM -> inJvm();
            case KERNEL -> inKernel();
            case LOADING -> loading();
            case COLLECTED -> collected();
            case DUMPED -> dumped();
            case SHARED -> shared();
            case FAULTS -> faults();
            case OPENED -> opened();
        }
    }

    private static long used() {
        return THREADS.getCurrentThreadCpuTime();
    }

    private void inJava() {
        compute(NANOS);
    }

    private void compute(long nanos) {
        for (long end = used() + nanos; used() < end; ) {
            long x = sink;
            for (int i = 0; i < 200_000; i++) {
                x = x * 6364136223846793005L + 1442695040888963407L;
            }
            sink = x;
        }
    }

    private void inNative() {
        sink += spin(NANOS);
    }

    private void inKernel() {
        sink += enter(NANOS);
    }

    /** Stack traces are taken by the JVM. */
    private void inJvm() {
        recurse(FRAMES, used() + NANOS);
    }

    private void recurse(int left, long end) {
        if (left > 0) {
            recurse(left - 1, end);
            return;
        }
        while (used() < end) {
            sink += new Throwable().hashCode();
        }
    }

    private void loading() throws ClassNotFoundException {
        for (long end = used() + NANOS; used() < end; ) {
            PartLoader loader = new PartLoader();
            for (int i = 0; i < CLASSES; i++) {
                sink += loader.loadClass(name(i)).hashCode();
            }
        }
    }

    /** Defines each class anew. */
    private final class PartLoader extends ClassLoader {
        PartLoader() {
            super(KnownParts.class.getClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) {
            byte[] bytes = classes[Integer.parseInt(name.substring(name.indexOf("Part") + 4))];
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    private void collected() throws InterruptedException {
        held("collected", System::gc);
    }

    private void dumped() throws InterruptedException {
        held("dumped", () -> DUMPED.addAndGet(THREADS.dumpAllThreads(false, false).length));
    }

    /** Computes as long as another thread does that; what it misses meanwhile is the time for which it is held. */
    private void held(String name, Runnable what) throws InterruptedException {
        AtomicBoolean computes = new AtomicBoolean();
        AtomicBoolean over = new AtomicBoolean();
        others.put(() -> {
            while (!computes.get()) {
                Thread.onSpinWait();
            }
            what.run();
            over.set(true);
        });
        long held = 0;
        long last = System.nanoTime();
        computes.set(true);
        boolean goesOn = true;
        while (goesOn) {
            goesOn = !over.get(); // and then once more: it may have been held until now
            long now = System.nanoTime();
            held += now - last > HELD_NANOS ? now - last : 0;
            last = now;
        }
        ended.take();
        ACCOUNT.merge(name + ".held", held, Long::sum);
    }

    /** Two threads on one CPU. */
    private void shared() throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        confine(0);
        others.put(() -> {
            confine(0);
            while (!over.get()) {
                Thread.onSpinWait();
            }
            confine(-1);
        });
        compute(NANOS);
        over.set(true);
        ended.take();
        confine(-1);
    }

    private void faults() {
        long sum = touch(file.toString(), PAGE_STEP);
        if (sum < 0) {
            throw new IllegalStateException("no pages");
        }
        sink += sum;
    }

    private void opened() throws IOException, InterruptedException {
        others.put(() -> {
            Thread.sleep(NANOS / 1_000_000);
            new FileOutputStream(fifo.toFile()).close();
        });
        new FileInputStream(fifo.toFile()).close();
        ended.take();
    }
}
