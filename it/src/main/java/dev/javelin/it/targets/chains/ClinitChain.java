package dev.javelin.it.targets.chains;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;

/** Class initializers called by the JVM: a hidden class is made, initialised and dropped each time. */
final class ClinitChain implements Chain {
    private final byte[] bytes;

    ClinitChain() throws IOException {
        try (InputStream in = Initialised.class.getResourceAsStream("ClinitChain$Initialised.class")) {
            bytes = in.readAllBytes();
        }
    }

    /** Works in its initializer. */
    static final class Initialised {
        static final long VALUE = inside();

        private Initialised() {}
    }

    @Override
    public void run() throws ReflectiveOperationException {
        Class<?> fresh = MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass();
        Work.keep(fresh.hashCode());
    }

    @Override
    public Grammar grammar() {
        return Grammar.seq(
                Grammar.calls("ClinitChain.run"),
                Grammar.jdk(),
                Grammar.calls("ClinitChain$Initialised.<clinit>", "ClinitChain.inside", "Work.spin"));
    }

    static long inside() {
        return Work.spin(Work.seed(), 20_000);
    }
}
