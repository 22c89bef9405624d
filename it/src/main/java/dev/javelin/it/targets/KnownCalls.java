package dev.javelin.it.targets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Four threads that make a known number of calls from {@code go} on, primes: 1,009 of {@code fsync}, each
 * after a {@code pwrite64} of 4,096 bytes, and 100,003 of {@code sched_yield}, or as many as the argument says, by way of
 * {@code JVM_Yield} (JDK 17) or its successor. Then {@code DONE} is said.
 */
public final class KnownCalls {
    public static final int FSYNCS = 1_009;
    public static final int YIELDS = 100_003;
    public static final int BYTES = 4_096;
    private static final int THREADS = 4;

    private KnownCalls() {}

    /** Calls when it is told to. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int yields = arguments.length == 0 ? YIELDS : Integer.parseInt(arguments[0]);
        Console console = new Console().listen();
        try (FileChannel file = FileChannel.open(
                Files.createTempFile("calls", ".dat"), StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            console.ready();
            console.awaitGo();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int number = i;
                threads.add(new Thread(() -> calls(file, number, yields)));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static int share(int all, int number) {
        return all / THREADS + (number < all % THREADS ? 1 : 0);
    }

    @SuppressWarnings("ThreadPriorityCheck") // the call itself is what is wanted
    private static void calls(FileChannel file, int number, int yields) {
        try {
            for (int i = 0; i < share(FSYNCS, number); i++) {
                file.write(ByteBuffer.allocate(BYTES), (long) number * BYTES);
                file.force(true);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        for (int i = 0; i < share(yields, number); i++) {
            Thread.yield();
        }
    }
}
