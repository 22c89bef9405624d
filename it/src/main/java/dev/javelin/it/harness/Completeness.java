package dev.javelin.it.harness;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How many of a recording's stacks are whole: the thread's entry reached, as the recording says and as the outermost frame
 * shows.
 *
 * @param javaThreads samples of Java threads
 * @param javaIncomplete those of them that are not whole
 * @param otherThreads samples of the JVM's own threads
 * @param otherIncomplete those of them that are not whole
 * @param reasons why, with counts
 * @param frames frames in all samples of Java threads
 * @param unresolved those of them without a name
 */
public record Completeness(
        int javaThreads,
        int javaIncomplete,
        int otherThreads,
        int otherIncomplete,
        Map<String, Long> reasons,
        long frames,
        long unresolved) {
    private static final List<String> ENTRIES = List.of(
            "clone3", "__clone3", "clone", "__clone", "_start", "start_thread", "ret_from_fork_asm", "ret_from_fork");

    /** Counts. */
    public static Completeness of(Recording recording) {
        List<Sample> java = recording.where(sample -> !Recording.isVmThread(sample.thread()));
        List<Sample> other = recording.where(sample -> Recording.isVmThread(sample.thread()));
        Map<String, Long> reasons = recording.samples().stream()
                .filter(sample -> !isWhole(sample))
                .map(Completeness::reason)
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
        return new Completeness(
                java.size(),
                broken(java),
                other.size(),
                broken(other),
                reasons,
                java.stream().mapToLong(sample -> sample.frames().size()).sum(),
                java.stream()
                        .flatMap(sample -> sample.frames().stream())
                        .filter(StackFrame::isUnresolved)
                        .count());
    }

    /** Share of Java threads' samples that are not whole, 0 to 1. */
    public double javaShare() {
        return javaThreads == 0 ? 0 : (double) javaIncomplete / javaThreads;
    }

    /** Share of the other threads' samples that are not whole, 0 to 1. */
    public double otherShare() {
        return otherThreads == 0 ? 0 : (double) otherIncomplete / otherThreads;
    }

    /** Share of frames without a name, 0 to 1. */
    public double unresolvedShare() {
        return frames == 0 ? 0 : (double) unresolved / frames;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Java threads %6d, whole %7.3f %%; others %5d, whole %7.3f %%; unresolved frames %.3f %% %s",
                javaThreads,
                100 - 100 * javaShare(),
                otherThreads,
                100 - 100 * otherShare(),
                100 * unresolvedShare(),
                reasons.isEmpty() ? "" : reasons.toString());
    }

    private static int broken(List<Sample> samples) {
        return (int) samples.stream().filter(sample -> !isWhole(sample)).count();
    }

    private static boolean isWhole(Sample sample) {
        return sample.complete() && reachesEntry(sample);
    }

    /** Also for a thread that has no user stack any more, or not yet: all its frames are the kernel's. */
    private static boolean reachesEntry(Sample sample) {
        return !sample.frames().isEmpty()
                && (ENTRIES.contains(sample.frames().get(0).method())
                        || sample.frames().stream()
                                .allMatch(frame -> frame.type().equals("Kernel")));
    }

    private static String reason(Sample sample) {
        if (!sample.complete()) {
            return sample.incomplete();
        }
        return sample.frames().isEmpty()
                ? "no frames"
                : "begins with " + sample.frames().get(0).name();
    }
}
