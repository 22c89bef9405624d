package dev.javelin.it.targets.chains;

/** The thread of a chain: calls it for ever. */
final class ChainRunner implements Runnable {
    /** The Java frames of such a thread above the chain's own; runWith is there from JDK 21 on. */
    static final String ENTRY = "java\\.lang\\.Thread\\.run;(?:java\\.lang\\.Thread\\.runWith;)?"
            + "dev\\.javelin\\.it\\.targets\\.chains\\.ChainRunner\\.run;";

    private final Chain chain;
    private volatile long rounds;

    ChainRunner(Chain chain) {
        this.chain = chain;
    }

    @Override
    public void run() {
        long done = 0;
        try {
            while (true) {
                chain.run();
                rounds = ++done;
            }
        } catch (Throwable broken) {
            broken.printStackTrace();
            Runtime.getRuntime().halt(70);
        }
    }

    /** How often it has run. */
    long rounds() {
        return rounds;
    }
}
