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
        return Grammar.seq(
                Grammar.calls("StackOverflowChain.run"),
                Grammar.many("StackOverflowChain.endless"),
                Grammar.either(Grammar.calls("Work.spin"), Grammar.anyOf("java.lang.")));
    }

    @SuppressWarnings("InfiniteRecursion") // until the stack is full
    private static long endless(long x) {
        return endless(Work.spin(x, 20)) + 1;
    }
}
