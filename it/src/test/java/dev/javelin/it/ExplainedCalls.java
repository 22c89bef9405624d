package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.assertj.core.data.Percentage;

/** What {@code explain} has told of calls, as its JSON has it; nanoseconds. */
record ExplainedCalls(
        long calls,
        long elapsed,
        long threshold,
        long slowCalls,
        long slowElapsed,
        Histogram histogram,
        List<Part> parts,
        List<Call> slowest) {
    /** On the CPU. */
    static final Set<String> RUNNING = Set.of(
            "on CPU: Java", "on CPU: JVM", "on CPU: native", "on CPU: kernel", "class loading", "deoptimisation");

    /** Of all calls and of slow ones, with one stack, root first. */
    record Part(String part, String detail, long all, long slow, List<String> stack) {
        long nanos(boolean ofSlow) {
            return ofSlow ? slow : all;
        }

        /** Whether a method, or function, is on the stack. */
        boolean isIn(String method) {
            return stack.stream().anyMatch(frame -> frame.contains(method));
        }
    }

    /** One of the slowest. */
    record Call(long began, long elapsed, String thread, List<Interval> intervals) {}

    /** What happened in it. */
    record Interval(String part, String detail, long from, long elapsed, List<String> stack) {}

    /** How long the calls took. */
    record Histogram(long count, long sum, long min, long max, List<Bucket> buckets) {}

    /** Calls of at least {@code from}, and of less than {@code to}. */
    record Bucket(long from, long to, long count) {}

    static ExplainedCalls read(Path json) throws IOException {
        Map<?, ?> all = JsonText.object(Files.readString(json));
        Map<?, ?> slow = (Map<?, ?>) all.get("slow");
        List<?> stacks = (List<?>) all.get("stacks");
        return new ExplainedCalls(
                number(all, "calls"),
                number(all, "elapsed_ns"),
                number(slow, "threshold_ns"),
                number(slow, "calls"),
                number(slow, "elapsed_ns"),
                histogram((Map<?, ?>) all.get("histogram")),
                maps(all, "parts").stream().map(ExplainedCalls::part).toList(),
                maps(all, "slowest").stream().map(call -> call(call, stacks)).toList());
    }

    private static Histogram histogram(Map<?, ?> histogram) {
        return new Histogram(
                number(histogram, "count"),
                number(histogram, "sum"),
                number(histogram, "min"),
                number(histogram, "max"),
                maps(histogram, "buckets").stream()
                        .map(bucket ->
                                new Bucket(number(bucket, "from_ns"), number(bucket, "to_ns"), number(bucket, "count")))
                        .toList());
    }

    private static Part part(Map<?, ?> part) {
        return new Part(
                text(part, "part"), text(part, "detail"), number(part, "all_ns"), number(part, "slow_ns"), texts((List<
                                ?>)
                        part.get("stack")));
    }

    private static Call call(Map<?, ?> call, List<?> stacks) {
        return new Call(
                number(call, "began_ns"),
                number(call, "elapsed_ns"),
                text(call, "thread"),
                maps(call, "intervals").stream()
                        .map(interval -> new Interval(
                                text(interval, "part"),
                                text(interval, "detail"),
                                number(interval, "from_ns"),
                                number(interval, "elapsed_ns"),
                                texts((List<?>) stacks.get((int) number(interval, "stack")))))
                        .toList());
    }

    private static long number(Map<?, ?> map, String name) {
        return (Long) map.get(name);
    }

    private static String text(Map<?, ?> map, String name) {
        return (String) map.get(name);
    }

    private static List<String> texts(List<?> list) {
        return list.stream().map(String.class::cast).toList();
    }

    private static List<Map<?, ?>> maps(Map<?, ?> map, String name) {
        return ((List<?>) map.get(name))
                .stream().<Map<?, ?>>map(each -> (Map<?, ?>) each).toList();
    }

    /** Calls in buckets that end above a time. */
    private long above(long nanos) {
        return histogram.buckets().stream()
                .filter(bucket -> bucket.to() > nanos)
                .mapToLong(Bucket::count)
                .sum();
    }

    /** Every call is in one bucket of the histogram, which has as many slow ones as there are. */
    void fillTheHistogram(String told) {
        String text = histogram + " " + told;
        assertThat(above(0)).as(text).isEqualTo(calls).isEqualTo(histogram.count());
        assertThat(histogram.buckets().get(0).from()).as(text).isLessThanOrEqualTo(histogram.min());
        assertThat(above(histogram.max())).as(text).isPositive();
        assertThat(slowCalls).as(text).isBetween(above(threshold * 33 / 32), above(threshold));
    }

    /** The time in all calls, or in slow ones, of some parts. */
    long nanos(boolean ofSlow, Predicate<Part> which) {
        return parts.stream()
                .filter(which)
                .mapToLong(part -> part.nanos(ofSlow))
                .sum();
    }

    /** The same, of one name. */
    long nanos(boolean ofSlow, String name) {
        return nanos(ofSlow, part -> part.part().equals(name));
    }

    /** By their names. */
    Map<String, Long> sums(boolean ofSlow, Predicate<Part> which) {
        Map<String, Long> sums = new TreeMap<>();
        parts.stream().filter(which).forEach(part -> sums.merge(part.part(), part.nanos(ofSlow), Long::sum));
        return sums;
    }

    /** Parts add up to the elapsed time within 1 %, and at most 1 % of it is unknown, of all calls and of the slow ones. */
    void addUp(String told) {
        addUp(false, told);
        addUp(true, told);
        assertThat(parts).as(told).allMatch(part -> part.slow() <= part.all());
    }

    private void addUp(boolean slow, String told) {
        long whole = slow ? slowElapsed : elapsed;
        String which = (slow ? "slow " : "all ") + told;
        assertThat(nanos(slow, part -> true)).as("parts " + which).isCloseTo(whole, Percentage.withPercentage(1));
        assertThat(nanos(slow, "unknown")).as("unknown " + which).isLessThanOrEqualTo(whole / 100);
    }

    /** The intervals of each of the slowest calls fill it within 1 %, in their order, and without overlaps. */
    void timesFillTheSlowest(String told) {
        assertThat(slowest).as(told).hasSize((int) Math.min(10, slowCalls));
        for (Call call : slowest) {
            long at = 0;
            long sum = 0;
            for (Interval interval : call.intervals()) {
                assertThat(interval.from()).as("order " + call).isGreaterThanOrEqualTo(at);
                assertThat(interval.elapsed()).as("length " + call).isPositive();
                at = interval.from() + interval.elapsed();
                sum += interval.elapsed();
            }
            assertThat(at).as("end " + call).isLessThanOrEqualTo(call.elapsed());
            assertThat(sum).as("intervals " + call).isCloseTo(call.elapsed(), Percentage.withPercentage(1));
        }
    }

    @Override
    public String toString() {
        List<Part> others = parts.stream()
                .filter(part -> Set.of("other", "unknown").contains(part.part()))
                .toList();
        return calls + " calls " + elapsed + " " + sums(false, part -> true) + ", slow " + slowCalls + " " + slowElapsed
                + " " + sums(true, part -> true) + (others.isEmpty() ? "" : ", of these " + others);
    }
}
