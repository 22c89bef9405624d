package dev.javelin.it.bench;

/** One measurement. */
interface Bench {
    /** One line: what it measures, and its options. */
    String what();

    /** Measures and prints its table. */
    void run(Options options) throws Exception;
}
