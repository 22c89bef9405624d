package dev.javelin.it.targets.chains;

import java.io.IOException;
import java.io.InputStream;

/**
 * Deoptimisation under a running stack. Each round loads a new generation of classes, warms a chain of calls up until it
 * is compiled with only one implementation known, and then, at its deepest point, loads a second one: every caller is
 * deoptimised while the callee goes on working.
 */
public final class DeoptChain implements Chain {
    private static final int DEPTH = 10;
    private static final int WARM_UP = 15_000;
    private static final Deepest HARMLESS = x -> x * 3;

    /** What a generation's stack calls at its deepest point. */
    public interface Deepest {
        /** Called once per descent. */
        long at(long x) throws ReflectiveOperationException;
    }

    /** A generation's entry. */
    public interface Descent {
        /** Calls down. */
        long go(Deepest deepest, long x) throws ReflectiveOperationException;
    }

    @Override
    public void run() throws ReflectiveOperationException {
        Generation generation = new Generation();
        Descent descent = (Descent) generation
                .loadClass(DeoptStack.class.getName())
                .getDeclaredConstructor()
                .newInstance();
        Work.keep(warm(descent));
        Work.keep(descent.go(x -> spoil(generation, x), Work.seed()));
    }

    @Override
    public Grammar grammar() {
        Grammar leave = Grammar.either(Grammar.calls("DeoptStack$Base.value"), loading());
        Grammar deepest = Grammar.either(
                Grammar.calls("DeoptChain$$Lambda.at", "DeoptChain.lambda$static$0"),
                Grammar.seq(
                        Grammar.calls("DeoptChain$$Lambda.at", "DeoptChain.lambda$run$1", "DeoptChain.spoil"),
                        Grammar.either(Grammar.calls("Work.spin"), loading())),
                leave);
        Grammar down = Grammar.seq(Grammar.calls("DeoptStack.d" + (DEPTH - 1)), deepest);
        for (int i = DEPTH - 2; i >= 0; i--) {
            down = Grammar.seq(Grammar.calls("DeoptStack.d" + i), Grammar.either(down, leave));
        }
        down = Grammar.seq(Grammar.calls("DeoptStack.go"), down);
        return Grammar.seq(
                Grammar.calls("DeoptChain.run"),
                Grammar.either(Grammar.seq(Grammar.calls("DeoptChain.warm"), down), down, loading()));
    }

    /** Class loading and reflection, through our loader. */
    private static Grammar loading() {
        return Grammar.anyOf(
                "java.",
                "jdk.internal.",
                "sun.",
                Generation.class.getName() + ".",
                DeoptChain.class.getName() + "$$Lambda.<",
                DeoptStack.class.getName() + ".<",
                DeoptStack.class.getName() + "$Base.<",
                DeoptStack.class.getName() + "$Quiet.<",
                DeoptStack.class.getName() + "$Loud.<");
    }

    private static long warm(Descent descent) throws ReflectiveOperationException {
        long x = Work.seed();
        for (int i = 0; i < WARM_UP; i++) {
            x = descent.go(HARMLESS, x);
        }
        return x;
    }

    private static long spoil(Generation generation, long x) throws ReflectiveOperationException {
        Class<?> loud = generation.loadClass(DeoptStack.class.getName() + "$Loud");
        long made = loud.getDeclaredConstructor().newInstance().hashCode();
        return Work.spin(x + made, 5_000_000);
    }

    /** Loads the classes of one generation itself and leaves all others to its parent. */
    private static final class Generation extends ClassLoader {
        Generation() {
            super(DeoptChain.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(DeoptStack.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }
}
