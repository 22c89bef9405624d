package dev.javelin.it.targets.chains;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;

/** Calls by reflection: static and instance methods, a constructor. */
@SuppressWarnings("UnusedMethod") // all are looked up by name
final class ReflectChain implements Chain {
    private final Method one = ReflectChain.class.getDeclaredMethod("one", ReflectChain.class, long.class);
    private final Method two = ReflectChain.class.getDeclaredMethod("two", Long.class);
    private final Constructor<Three> three = Three.class.getDeclaredConstructor(long.class);

    ReflectChain() throws NoSuchMethodException {}

    /** Works in its constructor. */
    static final class Three {
        private final long value;

        Three(long x) {
            value = Work.spin(x, 4000);
        }
    }

    @Override
    public void run() throws ReflectiveOperationException {
        Work.keep((Long) one.invoke(null, this, Work.seed()));
    }

    @Override
    public Grammar grammar() {
        return Grammar.seq(
                Grammar.calls("ReflectChain.run", "java.lang.reflect.Method.invoke"),
                Grammar.jdk(),
                Grammar.calls("ReflectChain.one", "java.lang.reflect.Method.invoke"),
                Grammar.jdk(),
                Grammar.calls("ReflectChain.two"),
                Grammar.jdk(),
                Grammar.calls("ReflectChain$Three.<init>", "Work.spin"));
    }

    private static long one(ReflectChain chain, long x) throws ReflectiveOperationException {
        return (Long) chain.two.invoke(chain, x) + 1;
    }

    private long two(Long x) throws ReflectiveOperationException {
        return three.newInstance(x).value + 2;
    }
}
