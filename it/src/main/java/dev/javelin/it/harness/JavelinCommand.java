package dev.javelin.it.harness;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The command under test, run as a user runs it: a process of its own. */
public final class JavelinCommand {
    private static final Duration SLACK = Duration.ofSeconds(60);

    private JavelinCommand() {}

    /** The command line with these arguments: {@code java -jar javelin.jar ...}, or {@code $JAVELIN ...} where that is set. */
    public static List<String> line(List<String> arguments) {
        List<String> command = new ArrayList<>();
        String named = System.getenv("JAVELIN");
        if (named != null && !named.isEmpty()) {
            command.add(named);
        } else {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("-XX:+UseSerialGC");
            command.add("-XX:TieredStopAtLevel=1");
            command.add("-jar");
            command.add(Repository.jar().toString());
        }
        command.addAll(arguments);
        return command;
    }

    /** Whether there is something to run. */
    public static boolean isBuilt() {
        return System.getenv("JAVELIN") != null || Files.exists(Repository.jar());
    }

    /** Runs it to its end. */
    public static Child.Result run(String... arguments) {
        return Child.run(SLACK, line(List.of(arguments)));
    }

    /** Starts it. */
    public static Child start(String... arguments) {
        return new Child(line(List.of(arguments)));
    }

    /**
     * Records the CPU time of one process to a JFR file.
     *
     * @param more further options
     * @throws AssertionError with all it said if it fails
     */
    public static Child.Result recordCpu(long pid, Duration duration, int hertz, Path jfr, String... more) {
        List<String> arguments = new ArrayList<>(List.of("record"));
        arguments.addAll(
                List.of("-d", duration.toMillis() + "ms", "-F", Integer.toString(hertz), "-f", jfr.toString()));
        arguments.addAll(List.of(more));
        arguments.add(Long.toString(pid));
        return Child.run(duration.plus(SLACK), line(arguments)).ok();
    }
}
