package dev.javelin.it.harness;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the parts of the checkout lie that the tests need. */
public final class Repository {
    private Repository() {}

    /** The root of the checkout: the property {@code javelin.root}, or the nearest directory above with the launcher's modules. */
    public static Path root() {
        String named = System.getProperty("javelin.root");
        if (named != null) {
            return Path.of(named);
        }
        Path here = Path.of("").toAbsolutePath();
        while (here != null && !Files.isDirectory(here.resolve("it/src/main/native"))) {
            here = here.getParent();
        }
        if (here == null) {
            throw new IllegalStateException("not inside the checkout: set -Djavelin.root");
        }
        return here;
    }

    /** The jar under test. */
    public static Path jar() {
        return root().resolve("collector/target/javelin.jar");
    }

    /** The classes of this module, targets included. */
    public static Path classes() {
        return root().resolve("it/target/classes");
    }

    /** A jar that the build laid beside the classes: async-profiler.jar, jfr-converter.jar or javac-tree.jar. */
    public static Path peer(String name) {
        return root().resolve("it/target/peers").resolve(name);
    }

    /** The jars that the shop runs on, as a class path. */
    public static String shop() {
        return root().resolve("it/target/shop") + "/*";
    }

    /** The C sources of the native targets. */
    public static Path nativeSources() {
        return root().resolve("it/src/main/native");
    }
}
