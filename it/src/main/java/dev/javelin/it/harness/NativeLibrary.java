package dev.javelin.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The small C library of the native targets, compiled where it is needed. */
public final class NativeLibrary {
    private NativeLibrary() {}

    /** Compiles {@code chain.c} with these additional flags into the build's directory. */
    public static Path compile(Jdk jdk, String... flags) {
        try {
            Path directory = Files.createDirectories(Repository.root().resolve("it/target/native"));
            Path library = directory.resolve(
                    "libchain-" + Integer.toHexString(String.join(" ", flags).hashCode()) + ".so");
            return compile(jdk, library, List.of("chain.c"), List.of(flags));
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    /** Compiles sources with these additional flags into a library. */
    public static Path compile(Jdk jdk, Path library, List<String> sources, List<String> flags) {
        Path include = jdk.home().resolve("include");
        List<String> command = new ArrayList<>(List.of(compiler(), "-O2", "-fPIC", "-shared", "-Wall"));
        command.addAll(flags);
        command.addAll(List.of("-I" + include, "-I" + include.resolve("linux"), "-o", library.toString()));
        sources.forEach(
                source -> command.add(Repository.nativeSources().resolve(source).toString()));
        if (sources.stream().anyMatch(source -> source.endsWith(".cc"))) {
            command.add("-lstdc++");
        }
        Child.run(command.toArray(String[]::new)).ok();
        return library;
    }

    private static String compiler() {
        for (String name : List.of("cc", "gcc", "clang")) {
            if (Files.isExecutable(Path.of("/usr/bin", name))) {
                return name;
            }
        }
        throw new AssertionError("no C compiler: install gcc or clang");
    }
}
