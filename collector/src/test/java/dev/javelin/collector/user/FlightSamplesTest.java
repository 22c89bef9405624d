package dev.javelin.collector.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.flamegraph.Profile;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that this JVM's own JFR has recorded, with Javelin's settings. */
class FlightSamplesTest {
    private static final long MILLI = 1_000_000;
    private static final int DEPTH = 60;
    private static final int BROKEN_FILES = 100;
    private static final int ARRAYS = 1_000;
    private static final int ARRAY_BYTES = 64 << 10;
    private static final long WAIT = 60 * MILLI;
    static volatile Object sink;
    /** Set when it comes to a lock. */
    private static volatile Thread waiter;

    @TempDir
    Path directory;

    private Path jfr;
    private final Profile profile = new Profile(false);
    private Samples samples;
    private UserEvent taken;
    private long lasted;

    private interface Work {
        void run() throws InterruptedException;
    }

    private static Recording started(UserEvent event) throws IOException, ParseException {
        Recording recording =
                new Recording(Configuration.create(new StringReader(FlightSettings.configuration(List.of(event)))));
        recording.start();
        return recording;
    }

    /** Records and reads what was recorded. */
    private void record(ProfilerEvent event, long interval, Work work) throws Exception {
        long from = System.nanoTime();
        jfr = directory.resolve("flight.jfr");
        taken = new UserEvent(event, event.name(), interval, profile, new Walks());
        try (Recording recording = started(taken)) {
            work.run();
            recording.stop();
            recording.dump(jfr);
        }
        samples = new Samples(List.of(taken), DEPTH, () -> {});
        lasted = samples.addFlight(jfr, 42, from, System.nanoTime());
    }

    /** Root first, with what stands for them. */
    private List<String> stacks() {
        List<String> stacks = new ArrayList<>();
        profile.forEachAggregate((stack, thread, count, value) -> {
            StringBuilder line = new StringBuilder();
            int[] frames = profile.frames(stack);
            for (int i = frames.length - 1; i >= 0; i--) {
                line.append(profile.frame(frames[i]).text()).append(';');
            }
            stacks.add(line.append(' ').append(value).toString());
        });
        return stacks;
    }

    private static long values(List<String> stacks) {
        return stacks.stream()
                .mapToLong(stack -> Long.parseLong(stack.substring(stack.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        double x = 1;
        while (System.nanoTime() < end) {
            for (int i = 0; i < 1_000; i++) {
                x = Math.sqrt(x + i);
            }
        }
        sink = x;
    }

    @Test
    void samplesOfTimeStandForThePeriod() throws Exception {
        record(ProfilerEvent.CPU, 3 * MILLI, () -> spin(2000 * MILLI));
        List<String> spun =
                stacks().stream().filter(stack -> stack.contains(".spin;")).toList();
        assertThat(spun).isNotEmpty();
        assertThat(values(spun)).isLessThan(lasted * 2);
        assertThat(profile.totalValue()).isEqualTo(profile.sampleCount() * 10 * MILLI);
        assertThat(taken.walks().samples()).isEqualTo(profile.sampleCount());
        assertThat(lasted).isBetween(500 * MILLI, 60_000 * MILLI);
    }

    /** All settings are joined, and all events are in the file. */
    @Test
    void whereAnotherRecordingWantsMoreSamplesEachStandsForLess() throws Exception {
        try (Recording other =
                started(new UserEvent(ProfilerEvent.CPU, "other", 20 * MILLI, new Profile(false), new Walks()))) {
            record(ProfilerEvent.CPU, 200 * MILLI, () -> spin(2000 * MILLI));
            assertThat(other.getName()).isNotEmpty();
        }
        assertThat(profile.sampleCount()).isPositive();
        assertThat(profile.totalValue()).isEqualTo(profile.sampleCount() * 20 * MILLI);
    }

    private static void allocate() {
        for (int i = 0; i < ARRAYS; i++) {
            sink = new byte[ARRAY_BYTES];
        }
    }

    @Test
    void allocationIsAllThatWasAllocated() throws Exception {
        record(ProfilerEvent.ALLOC, 1, FlightSamplesTest::allocate);
        List<String> arrays = stacks().stream()
                .filter(stack -> stack.contains(".allocate;byte[];"))
                .toList();
        assertThat(arrays).isNotEmpty();
        assertThat(values(arrays) / (double) ARRAYS / ARRAY_BYTES).isBetween(0.7, 1.5);
    }

    /** Holds a lock until a thread has waited for it long enough. */
    private static void hold() {
        while (waiter == null || waiter.getState() == Thread.State.RUNNABLE) {
            LockSupport.parkNanos(MILLI);
        }
        LockSupport.parkNanos(WAIT * 2);
    }

    private static void waitForMonitor() throws InterruptedException {
        Object monitor = new Object();
        CountDownLatch held = new CountDownLatch(1);
        waiter = null;
        Thread holder = new Thread(() -> {
            synchronized (monitor) {
                held.countDown();
                hold();
            }
        });
        holder.start();
        held.await();
        waiter = Thread.currentThread();
        synchronized (monitor) {
            Thread.onSpinWait();
        }
        holder.join();
    }

    private static void waitForLock() throws InterruptedException {
        ReentrantLock lock = new ReentrantLock();
        CountDownLatch held = new CountDownLatch(1);
        waiter = null;
        Thread holder = new Thread(() -> {
            lock.lock();
            try {
                held.countDown();
                hold();
            } finally {
                lock.unlock();
            }
        });
        holder.start();
        held.await();
        waiter = Thread.currentThread();
        lock.lock();
        try {
            Thread.onSpinWait();
        } finally {
            lock.unlock();
        }
        holder.join();
    }

    private static void waitForWork() {
        LockSupport.parkNanos(new Object(), WAIT);
    }

    @Test
    void waitsForLocksHaveTheirTimeAndOthersAreNone() throws Exception {
        record(ProfilerEvent.LOCK, MILLI, () -> {
            waitForMonitor();
            waitForLock();
            waitForWork();
        });
        List<String> stacks = stacks();
        assertThat(stacks.stream().filter(stack -> stack.contains(".waitForMonitor;java/lang/Object;")))
                .hasSize(1);
        assertThat(stacks.stream()
                        .filter(stack -> stack.contains("java/util/concurrent/locks/ReentrantLock")
                                && stack.contains(".waitForLock;")))
                .hasSize(1);
        assertThat(stacks).noneMatch(stack -> stack.contains(".waitForWork;"));
        assertThat(values(stacks)).isBetween(2 * WAIT, 60_000 * MILLI);
    }

    /** Another recording has them told. */
    @Test
    void waitsShorterThanAskedForAreNone() throws Exception {
        try (Recording other =
                started(new UserEvent(ProfilerEvent.LOCK, "other", MILLI, new Profile(false), new Walks()))) {
            record(ProfilerEvent.LOCK, TimeUnit.MINUTES.toNanos(1), FlightSamplesTest::waitForMonitor);
            assertThat(other.getName()).isNotEmpty();
        }
        assertThat(stacks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10 ms, 10000000",
        "1 s, 1000000000",
        "250 us, 250000",
        "7 ns, 7",
        "everyChunk, 5",
        "0 ms, 5",
        "'', 5",
        "10 years, 5"
    })
    void aPeriodIsReadAsJfrWritesIt(String text, long nanos) {
        assertThat(FlightSamples.period(text, 5)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @CsvSource({"100000, 10", "10000000, 10", "10000001, 11", "50000000, 50"})
    void noPeriodIsShorterThanJfrHasIt(long interval, long millis) {
        assertThat(FlightSettings.period(interval)).isEqualTo(millis * MILLI);
    }

    /** The file is written inside the target. */
    @Test
    @Timeout(120)
    void aBrokenFileIsAnErrorAndNothingElse() throws Exception {
        record(ProfilerEvent.ALLOC, 1, FlightSamplesTest::allocate);
        byte[] whole = Files.readAllBytes(jfr);
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < BROKEN_FILES; i++) {
            byte[] broken = whole.clone();
            for (int bytes = random.nextInt(20); bytes >= 0; bytes--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            }
            Files.write(jfr, broken);
            try {
                samples.addFlight(jfr, 42, 0, Long.MAX_VALUE);
            } catch (IOException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
        Files.write(jfr, new byte[0]);
        assertThatThrownBy(() -> samples.addFlight(jfr, 42, 0, Long.MAX_VALUE)).isInstanceOf(IOException.class);
    }
}
