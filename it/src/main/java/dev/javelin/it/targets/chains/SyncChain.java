package dev.javelin.it.targets.chains;

/** Synchronized methods and blocks, with a second thread that wants the same monitors. */
final class SyncChain implements Chain {
    private final Object lock = new Object();

    @Override
    public int threads() {
        return 2;
    }

    @Override
    public void run() {
        Work.keep(outer(Work.seed()));
    }

    @Override
    public Grammar grammar() {
        return Grammar.calls(
                        "SyncChain.run",
                        "SyncChain.outer",
                        "SyncChain.method",
                        "SyncChain.block",
                        "SyncChain.statics",
                        "SyncChain.inner")
                .thenWork();
    }

    private long outer(long x) {
        return method(x) + 1;
    }

    private synchronized long method(long x) {
        return block(x) + 2;
    }

    private long block(long x) {
        synchronized (lock) {
            return statics(this, x) + 3;
        }
    }

    private static synchronized long statics(SyncChain chain, long x) {
        return chain.inner(x) + 4;
    }

    private long inner(long x) {
        synchronized (lock) {
            return Work.spin(x, 4000);
        }
    }
}
