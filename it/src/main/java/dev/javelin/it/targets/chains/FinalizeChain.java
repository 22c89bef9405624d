package dev.javelin.it.targets.chains;

import java.lang.ref.Cleaner;

/**
 * Garbage with work to do when it is found: finalizers and cleaners. This thread makes the garbage and sees to it that
 * it is collected; the work shows on the JVM's own Java threads.
 */
final class FinalizeChain implements Chain {
    private static final Cleaner CLEANER = Cleaner.create();

    private int turn;

    /** Works in its finalizer. */
    static final class Finalized {
        private final long value = Work.seed();

        @Override
        @SuppressWarnings({"removal", "deprecation", "Finalize"}) // that they go on working is what is tested
        protected void finalize() {
            Work.keep(FinalizeChain.last(value));
        }
    }

    @Override
    public void run() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            CLEANER.register(new Finalized(), FinalizeChain::clean);
        }
        if (turn++ % 20 == 0) {
            System.gc();
        }
        Thread.sleep(1);
    }

    @Override
    public Grammar grammar() {
        return Grammar.seq(
                Grammar.calls("FinalizeChain.run"),
                Grammar.either(
                        Grammar.jdk(), Grammar.seq(Grammar.calls("FinalizeChain$Finalized.<init>"), Grammar.jdk())));
    }

    private static void clean() {
        Work.keep(last(2));
    }

    private static long last(long x) {
        return Work.spin(x, 2000);
    }
}
