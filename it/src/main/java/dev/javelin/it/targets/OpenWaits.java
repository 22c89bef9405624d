package dev.javelin.it.targets;

import java.util.concurrent.CountDownLatch;

/**
 * Three threads, named by what they do, each in a method of that name: {@code asleep} waits all the time; {@code ends} waits from the
 * beginning, and runs from {@code go} on; {@code begins} runs from the beginning, and waits from {@code go} on. {@code account} prints when
 * that was, in nanoseconds of the clock that {@link System#nanoTime} is on this machine, which all its processes share.
 */
public final class OpenWaits {
    private static final CountDownLatch GO = new CountDownLatch(1);
    private static volatile long ended;
    private static volatile long began;

    private interface Waits {
        void run() throws InterruptedException;
    }

    private OpenWaits() {}

    /** Waits, and says {@code DONE} when all do what they do to the end. */
    public static void main(String[] arguments) throws InterruptedException {
        Console console = new Console()
                .on("account", () -> "began=" + began + " ended=" + ended)
                .listen();
        Thread ends = start("ends", OpenWaits::ends);
        Thread asleep = start("asleep", OpenWaits::asleep);
        Thread begins = start("begins", OpenWaits::begins);
        awaitState(ends, Thread.State.WAITING);
        awaitState(asleep, Thread.State.TIMED_WAITING);
        console.ready();
        console.awaitGo();
        GO.countDown();
        awaitState(begins, Thread.State.TIMED_WAITING);
        awaitState(ends, Thread.State.RUNNABLE);
        Console.say("DONE");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void awaitState(Thread thread, Thread.State state) throws InterruptedException {
        while (thread.getState() != state) {
            Thread.sleep(1);
        }
    }

    private static Thread start(String name, Waits waits) {
        Thread thread = new Thread(
                () -> {
                    try {
                        waits.run();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void asleep() throws InterruptedException {
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void ends() throws InterruptedException {
        GO.await();
        ended = System.nanoTime();
        while (ended != 0) {
            Thread.onSpinWait();
        }
    }

    private static void begins() throws InterruptedException {
        while (GO.getCount() > 0) {
            Thread.onSpinWait();
        }
        began = System.nanoTime();
        Thread.sleep(Long.MAX_VALUE);
    }
}
