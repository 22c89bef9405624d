package dev.javelin.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Java that the collector runs on, which must be 17 or newer whatever the application's is: {@code JAVELIN_JAVA_HOME}; else
 * the one of the launcher {@code javelin}, if its archive of loaded classes is beside the jar, for that halves the start; else the application's own, if it is
 * new enough; else {@code JAVA_HOME} or the newest that is installed.
 */
final class CollectorJava {
    static final String VARIABLE = "JAVELIN_JAVA_HOME";
    /** Beside the jar, written by the build: the directory of the launcher's Java. */
    private static final String LAUNCHERS = "javelin.jdk";

    private static final int OLDEST = 17;
    /** The file {@code release} of a JDK or JRE; {@code 1.8.0_442} or {@code 17.0.15} or {@code 26-ea}. */
    private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(?:1\\.)?(\\d{1,3})");

    private final Map<String, String> environment;
    private final List<Path> roots;
    private final Path jar;

    /**
     * Looks for it in an environment.
     *
     * @param roots directories with installed JDKs
     * @param jar Javelin's
     */
    CollectorJava(Map<String, String> environment, List<Path> roots, Path jar) {
        this.environment = environment;
        this.roots = roots;
        this.jar = jar;
    }

    /** That of this process and machine. */
    static CollectorJava here(Path jar) {
        List<Path> roots = new ArrayList<>();
        for (String root : Arrays.asList("/usr/lib/jvm", "/usr/lib64/jvm", "/usr/java", "/opt/java", "/opt")) {
            roots.add(Paths.get(root));
        }
        roots.add(Paths.get(System.getProperty("user.home", "/"), ".sdkman", "candidates", "java"));
        return new CollectorJava(System.getenv(), roots, jar);
    }

    /**
     * Finds its directory.
     *
     * @param own that of the Java that runs the application
     * @param ownVersion its {@code java.specification.version}, such as {@code 1.8} or {@code 21}
     * @throws AgentException if there is none
     */
    Path find(Path own, String ownVersion) throws AgentException {
        String named = environment.get(VARIABLE);
        if (named != null && !named.isEmpty()) {
            return named(named);
        }
        Path launchers = launchers();
        if (launchers != null) {
            return launchers;
        }
        if (!ownVersion.startsWith("1.") && Integer.parseInt(ownVersion) >= OLDEST && hasLauncher(own)) {
            return own;
        }
        Path newest = newestInstalled();
        if (newest == null) {
            throw new AgentException("the collector needs Java 17 or newer, this application runs on " + ownVersion
                    + ", and no newer one was found: install one, or name its directory in " + VARIABLE);
        }
        return newest;
    }

    private static Path named(String home) throws AgentException {
        Path path = path(home);
        if (path == null || !hasLauncher(path)) {
            throw new AgentException(
                    VARIABLE + "=" + home + " has no bin/java: name the directory of a Java 17 or newer");
        }
        int release = release(path);
        if (release > 0 && release < OLDEST) {
            throw new AgentException(
                    VARIABLE + "=" + home + " is Java " + release + ": the collector needs Java 17 or newer");
        }
        return path;
    }

    /** Null if it is not to be seen here, or its archive is none to be trusted. */
    private Path launchers() {
        Path note = jar.resolveSibling(LAUNCHERS);
        try {
            if (!Collector.isTrusted(note, jar)) {
                return null;
            }
            Path home = path(new String(Files.readAllBytes(note), StandardCharsets.UTF_8).trim());
            return home != null && hasLauncher(home) && Collector.archiveOf(home, jar) != null ? home : null;
        } catch (IOException e) {
            return null;
        }
    }

    private Path newestInstalled() {
        Path newest = null;
        int newestRelease = OLDEST - 1;
        for (Path home : installed()) {
            int release = hasLauncher(home) ? release(home) : 0;
            if (release > newestRelease) {
                newest = home;
                newestRelease = release;
            }
        }
        return newest;
    }

    private List<Path> installed() {
        List<Path> homes = new ArrayList<>();
        String named = environment.get("JAVA_HOME");
        if (named != null && !named.isEmpty() && path(named) != null) {
            homes.add(path(named));
        }
        for (Path root : roots) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
                for (Path entry : entries) {
                    homes.add(entry);
                }
            } catch (IOException e) {
                // most machines have few of them
            }
        }
        return homes;
    }

    /** Null if the text is none. */
    private static Path path(String text) {
        try {
            return Paths.get(text);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static boolean hasLauncher(Path home) {
        return Files.isExecutable(home.resolve("bin/java"));
    }

    /** The feature release, such as 17; 0 if the directory does not say. */
    private static int release(Path home) {
        try {
            byte[] text = Files.readAllBytes(home.resolve("release"));
            Matcher version = VERSION.matcher(new String(text, StandardCharsets.ISO_8859_1));
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
