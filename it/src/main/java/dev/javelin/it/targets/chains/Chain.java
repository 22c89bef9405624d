package dev.javelin.it.targets.chains;

/** Something that calls down a known way, works at its end, and returns, again and again. */
public interface Chain {
    /** Goes down and back once; some microseconds to some milliseconds of work. */
    void run() throws Throwable;

    /** The Java frames from {@link #run} on. */
    Grammar grammar();

    /** What its thread is called behind {@code chain-}. */
    default String name() {
        return getClass().getSimpleName().replace("Chain", "");
    }

    /** How many threads run it at once. */
    default int threads() {
        return 1;
    }
}
