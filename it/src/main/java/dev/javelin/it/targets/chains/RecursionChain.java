package dev.javelin.it.targets.chains;

/** One method that calls itself to a fixed depth. */
final class RecursionChain implements Chain {
    private final int depth;

    RecursionChain(int depth) {
        this.depth = depth;
    }

    @Override
    public String name() {
        return "Recursion" + depth;
    }

    @Override
    public void run() {
        Work.keep(down(depth, Work.seed()));
    }

    @Override
    public Grammar grammar() {
        return Grammar.seq(
                Grammar.calls("RecursionChain.run"),
                Grammar.times(depth, "RecursionChain.down"),
                Grammar.calls("Work.spin"));
    }

    private static long down(int left, long x) {
        if (left == 1) {
            return Work.spin(x, 40_000);
        }
        return down(left - 1, x + left) ^ left;
    }
}
