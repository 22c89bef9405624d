package dev.javelin.it.targets;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** Threads that never go on once they wait: two that hold each other's monitor, one that is parked, one that sleeps. */
public final class Deadlock {
    private static final Object LEFT = new Object();
    private static final Object RIGHT = new Object();

    private Deadlock() {}

    /** Runs until it is told to stop; says that it is ready when nothing moves any more. */
    public static void main(String[] arguments) throws InterruptedException {
        Console console = new Console().listen();
        CountDownLatch holding = new CountDownLatch(2);
        Thread[] threads = {
            start("left", () -> hold(LEFT, RIGHT, holding)),
            start("right", () -> hold(RIGHT, LEFT, holding)),
            start("parked", Deadlock::park),
            start("asleep", Deadlock::sleep),
        };
        for (Thread thread : threads) {
            while (thread.getState() == Thread.State.NEW || thread.getState() == Thread.State.RUNNABLE) {
                Thread.sleep(1);
            }
        }
        console.ready();
        Thread.currentThread().join();
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void hold(Object first, Object second, CountDownLatch holding) {
        synchronized (first) {
            holding.countDown();
            while (holding.getCount() > 0) {
                Thread.onSpinWait();
            }
            enter(second);
        }
    }

    private static void enter(Object second) {
        synchronized (second) {
            throw new IllegalStateException("no deadlock");
        }
    }

    private static void park() {
        while (true) {
            LockSupport.park(LEFT);
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
