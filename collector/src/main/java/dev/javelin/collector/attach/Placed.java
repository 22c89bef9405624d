package dev.javelin.collector.attach;

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
}
