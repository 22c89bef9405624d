package dev.javelin.it.bench;

import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Options of a benchmark, {@code --name value} each. */
final class Options {
    private final Map<String, String> values = new HashMap<>();

    Options(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i += 2) {
            if (!arguments.get(i).startsWith("--") || i + 1 == arguments.size()) {
                throw new IllegalArgumentException("options come in pairs, --name value: " + arguments.get(i));
            }
            values.put(arguments.get(i).substring(2), arguments.get(i + 1));
        }
    }

    /** A whole number. */
    int number(String name, int otherwise) {
        return Integer.parseInt(values.getOrDefault(name, Integer.toString(otherwise)));
    }

    /** A text. */
    String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    /** The JDKs to measure on: those of {@code --jdk} (one release), else 17 and 25 where installed. */
    List<Jdk> jdks() {
        List<Jdk> found = new ArrayList<>();
        for (int major : values.containsKey("jdk") ? new int[] {number("jdk", 0)} : new int[] {17, 25}) {
            Jdk.find(major).ifPresentOrElse(found::add, () -> System.out.println(Jdk.missing(major)));
        }
        return found;
    }

    /** The profilers to measure: those named by {@code --profilers}, else all. */
    List<Profiler> profilers(Jdk jdk) {
        String named = text("profilers", "javelin,async-profiler");
        List<Profiler> profilers = new ArrayList<>();
        if (named.contains("javelin") && JavelinCommand.isBuilt()) {
            profilers.add(Profiler.javelin());
        }
        if (named.contains("async-profiler")) {
            profilers.add(Profiler.asyncProfiler(jdk));
        }
        return profilers;
    }
}
