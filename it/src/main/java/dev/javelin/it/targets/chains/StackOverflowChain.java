package dev.javelin.it.targets.chains;

/** Recursion without end, caught at the top; its thread gets a small stack. */
final class StackOverflowChain implements Chain {
    @Override
    public void run() {
        try {
            Work.keep(endless(Work.seed()));
        } catch (StackOverflowError wanted) {
            Work.keep(Work.spin(2, 1000));
        }
    }

    @Override
    public Grammar grammar() {
        String endless = "StackOverflowChain.endless";
        return Grammar.seq(
                Grammar.calls("StackOverflowChain.run"),
                Grammar.either(
                        Grammar.calls("Work.spin"),
                        Grammar.seq(
                                Grammar.times(1, endless),
                                Grammar.anyOf(
                                        "dev.javelin.it.targets.chains." + endless,
                                        "java.lang.",
                                        "dev.javelin.it.targets.chains.Work.spin"))));
    }

    @SuppressWarnings("InfiniteRecursion") // until the stack is full
    private static long endless(long x) {
        return endless(Work.spin(x, 20)) + 1;
    }
}
