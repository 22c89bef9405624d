package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The time that went to one part, whatever the stack.
 *
 * @param all nanoseconds in all calls
 * @param slow nanoseconds in slow calls
 * @param details what the part is made of, by name; what has no detail is not among them
 */
record PartSum(CallPart part, long all, long slow, List<Detail> details) {
    /** Beyond this share, what is missing or too much is told. */
    private static final double TOLERANCE = 0.01;

    /** Who ended a wait, where that is a thread with a number, as those of a pool have. */
    private static final Pattern NUMBERED = Pattern.compile("(.*, (?:held|notified|unparked) by .*?)\\d+");

    /** The time that went to one detail of a part, nanoseconds; {@code name} as the target spells it. */
    record Detail(String name, long all, long slow) {
        private Detail plus(long moreAll, long moreSlow) {
            return new Detail(name, all + moreAll, slow + moreSlow);
        }

        private Detail plus(Detail other) {
            return plus(other.all, other.slow);
        }
    }

    /** Sums of the parts that are not zero, and so their details: those with the longest time in slow calls first. */
    static List<PartSum> of(Explanation explanation) {
        Map<CallPart, Map<String, Detail>> sums = new EnumMap<>(CallPart.class);
        for (Explanation.Part part : explanation.parts()) {
            sums.computeIfAbsent(part.part(), p -> new HashMap<>())
                    .merge(
                            part.detail(),
                            new Detail(part.detail(), part.allNanos(), part.slowNanos()),
                            (sum, one) -> sum.plus(part.allNanos(), part.slowNanos()));
        }
        List<PartSum> parts = new ArrayList<>();
        sums.forEach((part, details) -> {
            PartSum sum = of(part, details);
            if (sum.all > 0 || sum.slow > 0) {
                parts.add(sum);
            }
        });
        parts.sort(Comparator.comparingLong(PartSum::slow)
                .thenComparingLong(PartSum::all)
                .reversed()
                .thenComparing(PartSum::part));
        return parts;
    }

    private static PartSum of(CallPart part, Map<String, Detail> details) {
        long all = 0;
        long slow = 0;
        for (Detail detail : details.values()) {
            all += detail.all();
            slow += detail.slow();
        }
        List<Detail> sorted = pooled(details.values()).stream()
                .filter(detail -> !detail.name().isEmpty() && (detail.all() > 0 || detail.slow() > 0))
                .sorted(Comparator.comparingLong(Detail::slow)
                        .thenComparingLong(Detail::all)
                        .reversed()
                        .thenComparing(Detail::name))
                .toList();
        return new PartSum(part, all, slow, sorted);
    }

    /** Of threads of one pool there is one detail: {@code com.acme.Stock, held by worker-*}. */
    private static Collection<Detail> pooled(Collection<Detail> details) {
        Map<String, List<Detail>> pools = new HashMap<>();
        for (Detail detail : details) {
            Matcher numbered = NUMBERED.matcher(detail.name());
            String pool = numbered.matches() ? numbered.group(1) + "*" : detail.name();
            pools.computeIfAbsent(pool, p -> new ArrayList<>()).add(detail);
        }
        List<Detail> pooled = new ArrayList<>();
        pools.forEach((name, members) -> pooled.add(
                members.size() == 1 ? members.get(0) : members.stream().reduce(new Detail(name, 0, 0), Detail::plus)));
        return pooled;
    }

    /** A line that tells how far the parts are from the elapsed times; empty if that is within one percent. */
    static String mismatch(Explanation explanation) {
        long all = 0;
        long slow = 0;
        for (Explanation.Part part : explanation.parts()) {
            all += part.allNanos();
            slow += part.slowNanos();
        }
        List<String> off = new ArrayList<>();
        if (isOff(all, explanation.elapsedNanos())) {
            off.add(share(all, explanation.elapsedNanos()) + " of the time of all calls");
        }
        if (isOff(slow, explanation.slow().elapsedNanos())) {
            off.add(share(slow, explanation.slow().elapsedNanos()) + " of that of the slow calls");
        }
        return off.isEmpty() ? "" : "The parts add up to " + String.join(" and to ", off) + ".";
    }

    private static boolean isOff(long sum, long elapsed) {
        return Math.abs(sum - elapsed) > TOLERANCE * elapsed;
    }

    /** A share in percent; "-" of nothing. */
    static String share(long part, long whole) {
        if (whole <= 0) {
            return "-";
        }
        double percent = 100.0 * part / whole;
        return part > 0 && percent < 0.05 ? "<0.1 %" : String.format(Locale.ROOT, "%.1f %%", percent);
    }
}
