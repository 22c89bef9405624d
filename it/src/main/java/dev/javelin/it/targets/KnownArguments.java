package dev.javelin.it.targets;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/**
 * Calls with known arguments from {@code go} on. The threads {@code first} and {@code second} each call {@code lseek(fd, i, SEEK_SET)}
 * for i from 0 to 999, seven times {@code lseek(pipe, 5, SEEK_SET)}, which fails with ESPIPE, and sleep twice for 400 ms; {@code sleeper}
 * sleeps a hundred times, from 5 ms to 25 ms. Then {@code DONE} is said. {@code account} prints the threads' numbers, and of the sleeps
 * the 50th and the 90th one in their order by length, in nanoseconds.
 */
public final class KnownArguments {
    public static final int SEEKS = 1_000;
    public static final int FAILURES = 7;
    public static final int FAILING_OFFSET = 5;
    public static final int LONG_SLEEPS = 2;
    public static final int SLEEPS = 100;
    private static final int LONG_SLEEP_MILLIS = 400;

    private static final Map<String, Long> ACCOUNT = new ConcurrentSkipListMap<>();

    private KnownArguments() {}

    /** Calls when it is told to. */
    public static void main(String[] arguments) throws InterruptedException {
        Console console = new Console()
                .on(
                        "account",
                        () -> ACCOUNT.entrySet().stream()
                                .map(e -> e.getKey() + "=" + e.getValue())
                                .collect(Collectors.joining(" ")))
                .listen();
        List<Thread> threads = new ArrayList<>();
        for (String name : List.of("first", "second", "sleeper")) {
            threads.add(new Thread(() -> run(console, name), name));
        }
        threads.forEach(Thread::start);
        while (ACCOUNT.size() < threads.size()) {
            Thread.sleep(10);
        }
        console.ready();
        for (Thread thread : threads) {
            thread.join();
        }
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void run(Console console, String name) {
        try (RandomAccessFile file = new RandomAccessFile("/proc/self/exe", "r");
                RandomAccessFile pipe = new RandomAccessFile("/proc/self/fd/0", "r")) {
            seek(file, pipe, 1); // loads what is needed
            Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
            ACCOUNT.put(name, Long.parseLong(self.getFileName().toString()));
            console.awaitGo();
            if (name.equals("sleeper")) {
                sleep();
            } else {
                seek(file, pipe, SEEKS);
                for (int i = 0; i < LONG_SLEEPS; i++) {
                    Thread.sleep(LONG_SLEEP_MILLIS);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void seek(RandomAccessFile file, RandomAccessFile pipe, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            file.seek(i);
        }
        for (int i = 0; i < FAILURES; i++) {
            try {
                pipe.seek(FAILING_OFFSET);
            } catch (IOException illegalSeek) {
                continue;
            }
            throw new IllegalStateException("standard input must be a pipe");
        }
    }

    private static void sleep() throws InterruptedException {
        long[] nanos = new long[SLEEPS];
        for (int i = 0; i < SLEEPS; i++) {
            long start = System.nanoTime();
            Thread.sleep(5 + (i + 3) / 5); // in fives, whose middle ones are the 50th and the 90th
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        ACCOUNT.put("p50", nanos[SLEEPS / 2 - 1]);
        ACCOUNT.put("p90", nanos[SLEEPS * 9 / 10 - 1]);
    }
}
