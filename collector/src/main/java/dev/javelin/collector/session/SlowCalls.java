package dev.javelin.collector.session;

import dev.javelin.collector.walker.ToldCall;
import dev.javelin.flamegraph.Explanation;
import dev.javelin.flamegraph.Latencies;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Which calls are slow: those that the programs are to tell, those that they told, and of these the ones that are shown. Used by one thread. */
final class SlowCalls {
    private static final long SECOND = 1_000_000_000;
    private static final int MOST_TOLD = 20_000;
    private static final int MOST_SHOWN = 10;
    /** A call is told if it is among the slowest so many, as far as one knows while it ends; a hundredth of all counts as slow in the end. */
    private static final double TOLD_ABOVE = 95;

    /** To tell of a call takes its thread some microseconds. */
    private static final double TOLD_A_SECOND = 2_000;
    /** So many calls are told, if they are not too frequent, before those that are not among the slowest are left out. */
    private static final int FIRST_TOLD = 1_000;

    private static final double SLOW_SHARE = 0.01;

    private static final Comparator<Slow> QUICKEST_FIRST =
            Comparator.comparingLong((Slow call) -> call.told().nanos());

    /** A call that was told. */
    record Slow(ToldCall told, SeenCalls.Call call) {}

    /** In nanoseconds; 0 for the slowest hundredth. */
    private final long slowerThan;
    /** The probes have been in since about then. */
    private long countedAt = System.nanoTime();

    private long counted;
    private Latencies before = new Latencies();
    private final PriorityQueue<Slow> told = new PriorityQueue<>(QUICKEST_FIRST);
    /** Those whose times are kept. */
    private final PriorityQueue<Slow> shown = new PriorityQueue<>(QUICKEST_FIRST);

    private long cut;
    /** How long the calls took that had begun before; as many as there are threads. */
    private final List<Long> begunBefore = new ArrayList<>();

    /** {@code slowerThanNanos} as asked for; 0 for the slowest hundredth. */
    SlowCalls(long slowerThanNanos) {
        slowerThan = slowerThanNanos;
    }

    /** Calls count from now on; returns, in nanoseconds, above which they are to be told. */
    long begin(Latencies soFar, long now) {
        before = soFar;
        return toldAbove(soFar, now);
    }

    /** The same by what is known of the calls so far. */
    long toldAbove(Latencies soFar, long now) {
        if (slowerThan > 0) {
            return slowerThan - 1;
        }
        double perSecond = (soFar.count() - counted) * (double) SECOND / Math.max(1, now - countedAt);
        counted = soFar.count();
        countedAt = now;
        Latencies seen = soFar.minus(before);
        if (perSecond < TOLD_A_SECOND && seen.count() < FIRST_TOLD) {
            return 0;
        }
        // what was slow before, as methods are that have just been changed, says little
        double share = Math.max(TOLD_ABOVE, 100 - 100 * TOLD_A_SECOND / Math.max(1, perSecond));
        return (seen.count() < FIRST_TOLD ? soFar : seen).percentile(share) * 31 / 32;
    }

    /** Takes a call that was told; returns the number of one that is left out for it, 0 if there is room. */
    long add(ToldCall told, SeenCalls.Call call) {
        if (call.told != null) {
            this.told.remove(call.told); // a call within it, of the same number, and shorter
            shown.remove(call.told);
        }
        call.told = new Slow(told, call);
        this.told.add(call.told);
        long leftOut = 0;
        if (this.told.size() > MOST_TOLD) {
            leftOut = this.told.remove().told().call();
            cut++;
        }
        shown.add(call.told);
        if (shown.size() > MOST_SHOWN) {
            shown.remove().call().forgetTimes();
        }
        return leftOut;
    }

    /** A call of that many nanoseconds was told which had begun before it counted. */
    void addBegunBefore(long nanos) {
        begunBefore.add(nanos);
    }

    /** Those that are slow, the slowest first. */
    List<Slow> slowest(Latencies all) {
        long most = slowerThan > 0 ? Long.MAX_VALUE : Math.max(1, Math.round(all.count() * SLOW_SHARE));
        return told.stream().sorted(QUICKEST_FIRST.reversed()).limit(most).toList();
    }

    /** Those of which everything is shown, the slowest first. */
    List<Slow> shown() {
        return shown.stream().sorted(QUICKEST_FIRST.reversed()).toList();
    }

    /** How many there are, how long they took, and above which they are slow. */
    Explanation.Slow summary(List<Slow> slowest, Latencies all) {
        long elapsed = slowest.stream().mapToLong(call -> call.told().nanos()).sum();
        long threshold = slowerThan > 0
                ? slowerThan
                : slowest.isEmpty()
                        ? all.max()
                        : slowest.get(slowest.size() - 1).told().nanos();
        return new Explanation.Slow(threshold, slowest.size(), elapsed);
    }

    /** What is not among the slow calls that are explained, a line each. */
    List<String> leftOut(int explained, long thresholdNanos) {
        List<String> lines = new ArrayList<>();
        if (cut > 0 && explained == told.size()) {
            lines.add("of " + (explained + cut) + " slow calls the slowest " + explained
                    + " are explained as such: a longer --slower-than has fewer");
        }
        long early =
                begunBefore.stream().filter(nanos -> nanos >= thresholdNanos).count();
        if (early > 0) {
            lines.add(
                    early + (early == 1 ? " call" : " calls")
                            + " had begun before the start, and are not among the slow ones: what they did until then is not known");
        }
        return lines;
    }
}
