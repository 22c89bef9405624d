package dev.javelin.it.targets.chains;

/** Exceptions thrown at one depth, passed through finally blocks, caught and thrown again half way, and caught at the top. */
final class ExceptionChain implements Chain {
    private static final int DEPTH = 30;
    private static final int HALF_WAY = 15;

    @Override
    public void run() {
        try {
            Work.keep(descend(DEPTH, Work.seed()));
        } catch (IllegalStateException wanted) {
            Work.keep(handled(wanted.hashCode()));
        }
    }

    @Override
    public Grammar grammar() {
        String descend = "ExceptionChain.descend";
        Grammar handled = Grammar.calls("ExceptionChain.handled", "Work.spin");
        return Grammar.seq(
                Grammar.calls("ExceptionChain.run"),
                Grammar.either(
                        Grammar.seq(Grammar.times(DEPTH, descend), Grammar.calls("ExceptionChain.fail"), Grammar.jdk()),
                        Grammar.seq(Grammar.times(DEPTH - HALF_WAY + 1, descend), Grammar.jdk(), handled),
                        Grammar.seq(Grammar.jdk(), handled)));
    }

    private static long descend(int left, long x) {
        if (left == 1) {
            return fail(x);
        }
        try {
            return descend(left - 1, x) + 1;
        } catch (IllegalArgumentException deep) {
            if (left == HALF_WAY) {
                x = handled(x); // one call of keep in this method: the test tells calls apart by callee
                throw new IllegalStateException(deep);
            }
            throw deep;
        } finally {
            Work.keep(x + left);
        }
    }

    private static long fail(long x) {
        throw new IllegalArgumentException("deep " + (x & 7));
    }

    private static long handled(long x) {
        return Work.spin(x, 1000);
    }
}
