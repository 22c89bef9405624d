package dev.javelin.it.targets.chains;

/** The chain of one generation of {@link DeoptChain}, loaded anew for each. */
public final class DeoptStack implements DeoptChain.Descent {
    private final Base base = new Quiet();

    /** Loaded by name. */
    public DeoptStack() {}

    /** What the compiled code takes for a class without overriding subclasses. */
    static class Base {
        long value(long x) {
            return x + 1;
        }
    }

    /** The only subclass while the code is compiled; it inherits. */
    static final class Quiet extends Base {}

    /** Loaded at the deepest point: its override invalidates the compiled callers. */
    public static final class Loud extends Base {
        /** Loaded by name. */
        public Loud() {}

        @Override
        long value(long x) {
            return x - 1;
        }
    }

    @Override
    public long go(DeoptChain.Deepest deepest, long x) throws ReflectiveOperationException {
        return d0(deepest, x) + 1;
    }

    private long d0(DeoptChain.Deepest deepest, long x) throws ReflectiveOperationException {
        long y = d1(deepest, x + 0);
        return base.value(y);
    }

    private long d1(DeoptChain.Deepest deepest, long x) throws ReflectiveOperationException {
        long y = d2(deepest, x + 1);
        return base.value(y);
    }

    private long d2(DeoptChain.Deepest deepest, long x) throws ReflectiveOperationException {
        long y = d3(deepest, x + 2);
        return base.value(y);
    }

    private long d3(DeoptChain.Deepest deepest, long x) throws ReflectiveOperationException {
        long y = d4(deepest, x + 3);
        return base.value(y);
    }

    private long d4(DeoptChain.Deepest deepest, long x) throws ReflectiveOperationException {
        long y = d5(deepest, x + 4);
        return base.value(y);
    }

    private long d5(DeoptChain.Deepest deepest, long x) throws ReflectiveOperationException {
        long y = d6(deepest, x + 5);
        return base.value(y);
    }

    private long d6(DeoptChain.Deepest deepest, long x) throws ReflectiveOperationException {
        long y = d7(deepest, x + 6);
        return base.value(y);
    }

    private long d7(DeoptChain.Deepest deepest, long x) throws ReflectiveOperationException {
        long y = d8(deepest, x + 7);
        return base.value(y);
    }

    private long d8(DeoptChain.Deepest deepest, long x) throws ReflectiveOperationException {
        long y = d9(deepest, x + 8);
        return base.value(y);
    }

    private long d9(DeoptChain.Deepest deepest, long x) throws ReflectiveOperationException {
        long y = deepest.at(x);
        return base.value(y);
    }
}
