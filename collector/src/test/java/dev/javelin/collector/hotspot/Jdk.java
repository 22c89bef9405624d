package dev.javelin.collector.hotspot;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** A JDK of the machine to run targets on: JAVELIN_JDK17 or JAVELIN_JDK25 in the environment, or one below /usr/lib/jvm. */
public record Jdk(int version, Path home) {
    private static final Path INSTALLED = Path.of("/usr/lib/jvm");

    /** Skips the test, with the reason, when there is none. */
    public static Jdk require(int version) {
        Path home = find(version);
        String reason = "no JDK " + version + ": set JAVELIN_JDK" + version + " or install one below " + INSTALLED;
        assumeTrue(home != null, reason);
        return new Jdk(version, home);
    }

    private static Path find(int version) {
        String named = System.getenv("JAVELIN_JDK" + version);
        if (named != null) {
            return Path.of(named);
        }
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(INSTALLED)) {
            for (Path home : homes) {
                if (isVersion(home, version)) {
                    return home.toRealPath();
                }
            }
        } catch (IOException e) {
            return null;
        }
        return null;
    }

    private static boolean isVersion(Path home, int version) throws IOException {
        Path release = home.resolve("release");
        if (!Files.isReadable(release) || !Files.isExecutable(home.resolve("bin/jcmd"))) {
            return false;
        }
        Properties properties = new Properties();
        try (var in = Files.newInputStream(release)) {
            properties.load(in);
        }
        String text = properties.getProperty("JAVA_VERSION", "").replace("\"", "");
        return text.equals(Integer.toString(version)) || text.startsWith(version + ".");
    }

    String program(String name) {
        return home.resolve("bin").resolve(name).toString();
    }
}
