package dev.javelin.collector.session;

import dev.javelin.collector.walker.CallId;
import dev.javelin.collector.walker.TraceContext;
import dev.javelin.flamegraph.Explanation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The calls of which something is known by themselves: those that threads are in, or were in last. What is kept of them for the eye alone,
 * their intervals and samples, is bounded for all of them together. Used by one thread.
 */
final class SeenCalls {
    /** Intervals, and as many samples, of one call. */
    private static final int MOST_OF_CALL = 2_000;
    /** Of all calls: some 100 MB. */
    static final int MOST = 1_000_000;

    record Sample(long timeNanos, int stack) {}

    /** What is known of a call. */
    final class Call {
        final long number;
        final Map<PartSums.Key, Long> waits = new HashMap<>();
        final List<Explanation.Interval> intervals = new ArrayList<>();
        final List<Sample> samples = new ArrayList<>();
        final Map<Integer, Long> sampled = new HashMap<>();
        SlowCalls.Slow told;
        TraceContext trace = TraceContext.NONE;
        long waited;
        /** Whether it can still be among the slowest. */
        private final boolean shown;

        private Call(long number, boolean shown) {
            this.number = number;
            this.shown = shown;
        }

        void interval(Explanation.Interval interval) {
            if (hasRoom(intervals)) {
                intervals.add(interval);
            }
        }

        void sample(Sample sample) {
            if (hasRoom(samples)) {
                samples.add(sample);
            }
        }

        private boolean hasRoom(List<?> times) {
            if (!shown || times.size() >= MOST_OF_CALL) {
                return false;
            }
            if (kept >= MOST) {
                complete = false;
                return false;
            }
            kept++;
            return true;
        }

        /** It is not to be shown by itself. */
        void forgetTimes() {
            kept -= intervals.size() + samples.size();
            intervals.clear();
            samples.clear();
        }

        private void forgetIfUntold() {
            if (told == null) {
                forgetTimes();
            }
        }
    }

    /** The call that a thread, or in its slot, is in, or was in last, and the one before, of which word may still come. */
    private final class OfSlot {
        Call last = new Call(0, false);
        Call before = last;

        Call of(long number) {
            if (number > last.number) {
                before.forgetIfUntold();
                before = last;
                last = new Call(number, true);
            }
            return number == last.number ? last : number == before.number ? before : new Call(number, false);
        }

        void forget() {
            before.forgetIfUntold();
            last.forgetIfUntold();
        }
    }

    /** By {@link CallId#thread}. */
    private final Map<Long, OfSlot> calls = new HashMap<>();

    private int kept;
    private boolean complete = true;

    /** What is known of a call so far. */
    Call of(long call) {
        return calls.computeIfAbsent(CallId.thread(call), k -> new OfSlot()).of(call);
    }

    /** Whether nothing has come of the call that is the last one in its slot. */
    boolean isUnseen(long call) {
        OfSlot known = calls.get(CallId.thread(call));
        return known == null || known.last.number != call;
    }

    /**
     * Forgets the calls that had ended, but for what was told.
     *
     * @param ended by the index of a slot, how many calls had ended there; all that came of these was taken
     */
    void forgetEnded(long[] ended) {
        calls.values().removeIf(calls -> {
            long last = calls.last.number;
            boolean over = CallId.number(last) <= ended[CallId.slot(last)];
            if (over) {
                calls.forget();
            }
            return over;
        });
    }

    /** Intervals and samples that are kept. */
    int kept() {
        return kept;
    }

    /** Whether there was room for all intervals and samples of calls that might be shown. */
    boolean isComplete() {
        return complete;
    }
}
