package dev.javelin.collector.cli;

import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;

/**
 * Turns Ctrl-C (SIGINT), SIGTERM and SIGHUP into an orderly end of one piece of work: the work is asked to stop, and the
 * process then ends with the work's exit status.
 */
final class Interrupts {
    private final Runnable stop;
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int status = 1;

    /** {@code stop} asks the work to end; it is called at most once, by another thread, and must not block for long. */
    Interrupts(Runnable stop) {
        this.stop = stop;
    }

    /**
     * Does the work, which returns an exit status soon after it was asked to stop. Does not return if a signal came: the
     * process ends then.
     */
    int run(IntSupplier work) {
        Thread hook = new Thread(this::stopAndHalt, "javelin-interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            status = work.getAsInt();
        } finally {
            finished.countDown();
        }
        removeOrWaitForHalt(hook);
        return status;
    }

    private static void removeOrWaitForHalt(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            awaitUninterruptibly(new CountDownLatch(1));
        }
    }

    private void stopAndHalt() {
        stop.run();
        awaitUninterruptibly(finished);
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(status);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException ignored) {
                // nobody interrupts these threads on purpose; the end of the work is what counts
            }
        }
    }
}
