package dev.javelin.it.targets.chains;

/** Calls through an interface with three implementations, whose calls no compiler can bind. */
final class ObjectChain implements Chain {
    private static final int DEPTH = 21;

    private final Hop first = hops(0);

    private interface Hop {
        /** Passes on. */
        long hop(long x);
    }

    private record Red(Hop next) implements Hop {
        @Override
        public long hop(long x) {
            return next.hop(x) + 1;
        }
    }

    private record Green(Hop next) implements Hop {
        @Override
        public long hop(long x) {
            return next.hop(x ^ 2) - 1;
        }
    }

    private record Blue(Hop next) implements Hop {
        @Override
        public long hop(long x) {
            return next.hop(x * 3) ^ 1;
        }
    }

    private record End() implements Hop {
        @Override
        public long hop(long x) {
            return Work.spin(x, 4000);
        }
    }

    @Override
    public void run() {
        Work.keep(first.hop(Work.seed()));
    }

    @Override
    public Grammar grammar() {
        Grammar colours = Grammar.calls("ObjectChain.run");
        String[] names = {"Red", "Green", "Blue"};
        for (int i = 0; i < DEPTH; i++) {
            colours = Grammar.seq(colours, Grammar.calls("ObjectChain$" + names[i % 3] + ".hop"));
        }
        return Grammar.seq(colours, Grammar.calls("ObjectChain$End.hop", "Work.spin"));
    }

    private static Hop hops(int depth) {
        if (depth == DEPTH) {
            return new End();
        }
        Hop next = hops(depth + 1);
        return switch (depth % 3) {
            case 0 -> new Red(next);
            case 1 -> new Green(next);
            default -> new Blue(next);
        };
    }
}
