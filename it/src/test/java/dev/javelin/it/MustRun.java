package dev.javelin.it;

import static org.junit.jupiter.api.Assertions.fail;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * What a test needs and this machine may lack. Where it is lacking the test is skipped with the reason; where
 * {@code CI=true} or {@code JAVELIN_MUST_RUN=1} is set it fails, so that nothing is left out unnoticed.
 */
final class MustRun {
    private MustRun() {}

    /** The JDK of this release. */
    static Jdk jdk(int major) {
        Optional<Jdk> jdk = Jdk.find(major);
        require(jdk.isPresent(), Jdk.missing(major));
        return jdk.orElseThrow();
    }

    /** The command is built and may record here. */
    static void recording() {
        require(JavelinCommand.isBuilt(), "collector/target/javelin.jar is not built: mvn package");
        require(canRecord(), "this user may not load BPF programs: run as root");
    }

    /** One of these commands is installed; its path. */
    static String command(String... names) {
        Optional<Path> found = Stream.of(names)
                .flatMap(name -> Stream.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/bin")
                        .map(dir -> Path.of(dir, name)))
                .filter(Files::isExecutable)
                .findFirst();
        require(found.isPresent(), "none of " + List.of(names) + " is installed");
        return found.orElseThrow().toString();
    }

    /** Skips, or fails where everything must run. */
    static void require(boolean present, String missing) {
        if (!present) {
            if (mustRun()) {
                fail(missing);
            }
            Assumptions.abort(missing);
        }
    }

    private static boolean mustRun() {
        return "true".equals(System.getenv("CI")) || "1".equals(System.getenv("JAVELIN_MUST_RUN"));
    }

    private static boolean canRecord() {
        return Child.run("id", "-u").out().equals("0");
    }
}
