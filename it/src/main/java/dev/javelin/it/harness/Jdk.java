package dev.javelin.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A JDK installed on this machine.
 *
 * @param major its feature release, such as 17
 * @param home its directory
 */
public record Jdk(int major, Path home) {
    private static final Path INSTALLED = Path.of("/usr/lib/jvm");
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    /**
     * The JDK of this release: from the environment ({@code JAVELIN_JDK25} for 25), the one that runs this process, or
     * one below /usr/lib/jvm, Temurin first.
     */
    public static Optional<Jdk> find(int major) {
        List<Path> candidates = new ArrayList<>();
        String named = System.getenv("JAVELIN_JDK" + major);
        if (named != null && !named.isEmpty()) {
            candidates.add(Path.of(named));
        }
        candidates.add(Path.of(System.getProperty("java.home")));
        candidates.addAll(installed());
        return candidates.stream()
                .filter(home -> Files.isExecutable(home.resolve("bin/java")) && majorOf(home) == major)
                .findFirst()
                .map(home -> new Jdk(major, home));
    }

    /** Why {@link #find} found none, in words. */
    public static String missing(int major) {
        return "no JDK " + major + ": set JAVELIN_JDK" + major + " or install one below " + INSTALLED;
    }

    /** Its launcher. */
    public Path java() {
        return tool("java");
    }

    /** One of the commands in its bin directory. */
    public Path tool(String name) {
        return home.resolve("bin").resolve(name);
    }

    @Override
    public String toString() {
        return "jdk" + major;
    }

    private static List<Path> installed() {
        if (!Files.isDirectory(INSTALLED)) {
            return List.of();
        }
        try (Stream<Path> homes = Files.list(INSTALLED)) {
            return homes.sorted((a, b) -> {
                        int temurin = Boolean.compare(isTemurin(b), isTemurin(a));
                        return temurin != 0 ? temurin : a.compareTo(b);
                    })
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static boolean isTemurin(Path home) {
        return home.getFileName().toString().startsWith("temurin");
    }

    private static int majorOf(Path home) {
        try {
            Matcher version = VERSION.matcher(Files.readString(home.resolve("release")));
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException noReleaseFile) {
            return 0;
        }
    }
}
