package dev.javelin.collector.attach;

import dev.javelin.collector.probe.MethodSpec;
import dev.javelin.collector.probe.NearestNames;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of a probe in an application so far.
 *
 * @param number by which threads' slots know it (there it is 1 more)
 * @param block the address of its histograms
 * @param classes how many were seen that fit
 * @param methods how many are probed
 * @param natives how many fit, and are native
 * @param abstracts how many fit, and are abstract
 * @param intrinsics how many of those probed are such that compiled code may do without calling them
 * @param fixed how many classes or methods are left alone, since the JVM does not let them be changed, or Javelin needs them
 * @param failed how many classes are left alone, since changing them failed
 * @param synchronizeds how many of those probed are synchronized, so that a thread has the monitor already when such a call begins
 */
public record Placed(
        int number,
        long block,
        int classes,
        int methods,
        int natives,
        int abstracts,
        int intrinsics,
        int fixed,
        int failed,
        int synchronizeds) {
    private static final int FIELDS = 12;
    /** As many are in a JVM at once. */
    private static final int PROBES = 32;

    /**
     * The line that the agent answers with.
     *
     * @throws IllegalArgumentException if no agent answers so
     */
    static Placed of(List<String> line) {
        if (line.size() != FIELDS) {
            throw new IllegalArgumentException("fields are missing");
        }
        int number = Integer.parseInt(line.get(2));
        long block = Long.parseLong(line.get(3));
        int[] counts =
                line.subList(4, FIELDS).stream().mapToInt(Integer::parseInt).toArray();
        if (number < 0 || number >= PROBES || !BlockLayout.isAddress(block, 0)) {
            throw new IllegalArgumentException("impossible probe " + line);
        }
        return new Placed(
                number, block, counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6], counts[7]);
    }

    /**
     * Why none of an exactly named class's methods is probed.
     *
     * @param declared the methods of that class, each with its parameters in parentheses
     */
    String missing(MethodSpec spec, List<String> declared) {
        if (natives > 0) {
            return "the method is native, which cannot be probed so; a uprobe: on its function can be";
        }
        if (abstracts > 0) {
            return "the method is abstract; java:+" + spec.type() + "." + spec.method() + " is those that implement it";
        }
        if (fixed > 0) {
            return "the JVM does not let that class be changed, or Javelin's probes need it";
        }
        if (failed > 0) {
            return "the class could not be changed";
        }
        List<String> same = declared.stream()
                .filter(method -> method.startsWith(spec.method() + "("))
                .sorted()
                .toList();
        return same.isEmpty()
                ? "the class declares no such method; "
                        + NearestNames.question(
                                spec.method(),
                                declared.stream()
                                        .map(method -> method.substring(0, method.indexOf('(')))
                                        .toList(),
                                "a method that it inherits is probed in the class that declares it")
                : "the class declares it with other parameters: " + String.join(", ", same);
    }

    /** What is left alone, and what calls are not counted, a line each. */
    List<String> leftAlone() {
        List<String> lines = new ArrayList<>();
        List<String> alone = new ArrayList<>();
        add(alone, natives, "native");
        add(alone, abstracts, "abstract");
        add(alone, fixed, "not to be changed");
        add(alone, failed, "failed");
        if (!alone.isEmpty()) {
            lines.add(
                    String.join(", ", alone) + " left alone" + (methods == 0 ? ", and no other is probed so far" : ""));
        }
        if (intrinsics > 0) {
            lines.add("of " + intrinsics + (intrinsics == 1 ? " method" : " methods")
                    + " compiled code has its own version (intrinsics), and those calls are not counted");
        }
        return lines;
    }

    private static void add(List<String> parts, int count, String what) {
        if (count > 0) {
            parts.add(count + " " + what);
        }
    }
}
