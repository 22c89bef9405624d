package dev.javelin.it.targets.chains;

import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/** Lambdas that capture lambdas, and a stream at their end. */
final class LambdaChain implements Chain {
    private final LongUnaryOperator outer;

    LambdaChain() {
        LongUnaryOperator inner = LambdaChain::stream;
        LongUnaryOperator middle = x -> inner.applyAsLong(x + 1) + 1;
        LongUnaryOperator other = x -> inner.applyAsLong(x + 2) + 2;
        outer = x -> (x & 1) == 0 ? middle.applyAsLong(x) : other.applyAsLong(x);
    }

    @Override
    public void run() {
        Work.keep(outer.applyAsLong(Work.seed()));
    }

    @Override
    public Grammar grammar() {
        String proxy = "LambdaChain$$Lambda.applyAsLong";
        Grammar middle =
                Grammar.either(Grammar.calls("LambdaChain.lambda$new$0"), Grammar.calls("LambdaChain.lambda$new$1"));
        return Grammar.seq(
                Grammar.calls("LambdaChain.run", proxy, "LambdaChain.lambda$new$2", proxy),
                middle,
                Grammar.calls(proxy, "LambdaChain.stream"),
                Grammar.jdk(),
                Grammar.either(
                        Grammar.calls(proxy, "LambdaChain.lambda$stream$3", "Work.spin"),
                        Grammar.calls("LambdaChain$$Lambda.<init>")));
    }

    private static long stream(long x) {
        return LongStream.range(0, 4).map(i -> Work.spin(x + i, 1000)).sum();
    }
}
