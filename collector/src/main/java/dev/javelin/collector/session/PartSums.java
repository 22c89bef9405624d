package dev.javelin.collector.session;

import dev.javelin.flamegraph.CallPart;
import dev.javelin.flamegraph.Explanation;
import dev.javelin.flamegraph.Profile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Times by what they went to, nanoseconds. Used by one thread. */
final class PartSums {
    private static final String UNSAMPLED = CallTimes.UNSAMPLED;

    /** What time went to. */
    record Key(CallPart part, String detail, int stack) {
        /** Something that nothing more is known of. */
        static Key of(CallPart part, String detail) {
            return new Key(part, detail, Profile.EMPTY_STACK);
        }
    }

    private static final class Nanos {
        long all;
        long slow;
    }

    private final CallParts parts;
    private final Map<Key, Nanos> sums = new LinkedHashMap<>();

    PartSums(CallParts parts) {
        this.parts = parts;
    }

    /** Adds a time, of all calls or of slow ones. */
    void add(Key key, long nanos, boolean ofSlow) {
        Nanos sum = sums.computeIfAbsent(key, k -> new Nanos());
        if (ofSlow) {
            sum.slow += nanos;
        } else {
            sum.all += nanos;
        }
    }

    /**
     * Divides time on the CPU among samples, that of slow calls among theirs, for all calls, too: no stack has more time in slow calls than in all.
     *
     * @param samples of all calls; by their stacks, how many there were
     * @param nanos of all calls
     * @param slowSamples those of slow calls
     * @param slowNanos at most {@code nanos}
     */
    void divide(Map<Integer, Long> samples, long nanos, Map<Integer, Long> slowSamples, long slowNanos) {
        Map<Integer, Long> others = new LinkedHashMap<>(samples);
        slowSamples.forEach((stack, count) -> others.merge(stack, -count, Long::sum));
        others.values().removeIf(count -> count <= 0);
        Map<Integer, Long> among = slowSamples.isEmpty() ? samples : slowSamples;
        divide(among, slowNanos, true);
        divide(among, slowNanos, false);
        divide(others.isEmpty() ? samples : others, nanos - slowNanos, false);
    }

    private void divide(Map<Integer, Long> among, long nanos, boolean ofSlow) {
        long all = among.values().stream().mapToLong(Long::longValue).sum();
        if (all == 0 && nanos > 0) {
            add(Key.of(CallPart.ON_CPU_JAVA, UNSAMPLED), nanos, ofSlow);
            return;
        }
        long rest = nanos;
        for (Map.Entry<Integer, Long> entry : among.entrySet()) {
            long part = all == entry.getValue() ? rest : (long) ((double) rest / all * entry.getValue());
            add(new Key(parts.ofSample(entry.getKey()), "", entry.getKey()), part, ofSlow);
            all -= entry.getValue();
            rest -= part;
        }
    }

    /**
     * Adds time that nothing is known of. What is not known of slow calls is not known of all, either: there may be less of that where a wait counts
     * for all calls that no slow call is known to have waited.
     *
     * @param nanos of all calls
     * @param slowNanos of slow ones
     * @return what was added for all calls beyond {@code nanos}, by which these take longer than was measured
     */
    long addUnknown(long nanos, long slowNanos) {
        Key unknown = Key.of(CallPart.UNKNOWN, "");
        long most = Math.max(nanos, slowNanos);
        if (most > 0) {
            add(unknown, most, false);
            add(unknown, slowNanos, true);
        }
        return most - nanos;
    }

    /** What is known of all calls. */
    long total() {
        return sums.values().stream().mapToLong(nanos -> nanos.all).sum();
    }

    List<Explanation.Part> list() {
        return sums.entrySet().stream()
                .map(sum -> new Explanation.Part(
                        sum.getKey().part(),
                        sum.getKey().detail(),
                        sum.getKey().stack(),
                        sum.getValue().all,
                        sum.getValue().slow))
                .toList();
    }
}
