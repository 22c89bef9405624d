package dev.javelin.it.targets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/**
 * Forty threads, each of which waits 25 times for 20 ms in {@code Selector.select} from {@code go} on, all at the same time: 1,000 calls of {@code epoll_wait},
 * and nobody else makes any. Then {@code DONE} is said.
 */
public final class KnownSelects {
    private static final int THREADS = 40;
    private static final int SELECTS = 25;
    private static final int MILLIS = 20;

    private KnownSelects() {}

    /** Waits when it is told to. */
    public static void main(String[] arguments) throws InterruptedException {
        Console console = new Console().listen();
        console.ready();
        console.awaitGo();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(new Thread(KnownSelects::selects));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void selects() {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < SELECTS; i++) {
                selector.select(MILLIS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
