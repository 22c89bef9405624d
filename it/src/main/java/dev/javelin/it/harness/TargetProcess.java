package dev.javelin.it.harness;

import dev.javelin.it.targets.shop.Shop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A target program of this module in a JVM of its own. */
public final class TargetProcess extends Child {
    private static final Duration WARM_UP = Duration.ofSeconds(90);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private TargetProcess(List<String> command) {
        super(command);
    }

    /** Starts {@code main} on {@code jdk} with these JVM flags and waits until it is ready. */
    public static TargetProcess start(Jdk jdk, List<String> jvmFlags, Class<?> main, String... arguments) {
        return start(jdk, jvmFlags, Repository.classes().toString(), main, arguments);
    }

    /** Starts the shop on a free port, with its data in a directory, and waits until it serves. */
    public static TargetProcess shop(Jdk jdk, List<String> jvmFlags, Path directory) {
        return start(
                jdk, jvmFlags, Repository.classes() + ":" + Repository.shop(), Shop.class, directory.toString(), "0");
    }

    private static TargetProcess start(
            Jdk jdk, List<String> jvmFlags, String classPath, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(jdk.java().toString());
        command.addAll(jvmFlags);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        return launched(command).ready();
    }

    /** Starts a command that becomes a target, or starts one. */
    public static TargetProcess launched(List<String> command) {
        return new TargetProcess(command);
    }

    /** Waits until it is ready; ends it if it does not become so. */
    public TargetProcess ready() {
        boolean ready = false;
        try {
            awaitOut(0, "READY", WARM_UP);
            ready = true;
            return this;
        } finally {
            if (!ready) {
                close();
            }
        }
    }

    /** Sends a command line and returns the answer without its first word. */
    public String ask(String command) {
        int from = outLines().size();
        send(command);
        String name = command.toUpperCase(java.util.Locale.ROOT);
        String line = awaitOut(from, name, PATIENCE);
        return line.substring(name.length()).trim();
    }

    /** The target's account: nanoseconds of CPU time (or counts) by name. */
    public Map<String, Long> account() {
        return account("account");
    }

    /** The same by another command. */
    public Map<String, Long> account(String command) {
        Map<String, Long> account = new TreeMap<>();
        for (String part : ask(command).split(" ", -1)) {
            int equals = part.indexOf('=');
            account.put(part.substring(0, equals), Long.parseLong(part.substring(equals + 1)));
        }
        return account;
    }

    /** The difference of two accounts. */
    public static Map<String, Long> since(Map<String, Long> before, Map<String, Long> after) {
        Map<String, Long> difference = new TreeMap<>(after);
        before.forEach((name, value) -> difference.merge(name, -value, Long::sum));
        return difference;
    }
}
