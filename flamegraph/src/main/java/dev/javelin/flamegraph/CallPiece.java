package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A piece of the bar of a slow call: an interval, or many short ones that lie together, of which the longest gives part, detail
 * and stack.
 *
 * @param from nanoseconds since the call began
 * @param nanos from its beginning to its end
 * @param intervals how many it stands for
 */
record CallPiece(CallPart part, String detail, long from, long nanos, int stack, int intervals) {
    /** As many pieces as can be told apart. */
    private static final int MOST = 1000;

    /** The pieces of a call in their order, without overlaps, within the call. */
    static List<CallPiece> of(Explanation.SlowCall call) {
        List<CallPiece> pieces = new ArrayList<>();
        long end = 0;
        for (Explanation.Interval interval : call.intervals()) {
            long from = Math.max(end, interval.fromNanos());
            end = Math.max(end, Math.min(call.elapsedNanos(), interval.fromNanos() + interval.nanos()));
            if (end > from) {
                pieces.add(new CallPiece(interval.part(), interval.detail(), from, end - from, interval.stack(), 1));
            }
        }
        return pieces.size() <= MOST ? pieces : merged(pieces, call.elapsedNanos() / MOST + 1);
    }

    /** Merges neighbours that begin in the same of equal stretches of time and are shorter than these. */
    private static List<CallPiece> merged(List<CallPiece> pieces, long stretch) {
        List<CallPiece> merged = new ArrayList<>();
        for (int i = 0; i < pieces.size(); ) {
            int to = i + 1;
            while (to < pieces.size()
                    && pieces.get(to).from / stretch == pieces.get(i).from / stretch
                    && pieces.get(to).nanos < stretch) {
                to++;
            }
            merged.add(pieces.get(i).nanos >= stretch ? pieces.get(i) : merged(pieces.subList(i, to)));
            i = pieces.get(i).nanos >= stretch ? i + 1 : to;
        }
        return merged;
    }

    private static CallPiece merged(List<CallPiece> pieces) {
        long[] sums = new long[CallPart.values().length];
        CallPiece longest = pieces.get(0);
        for (CallPiece piece : pieces) {
            sums[piece.part.ordinal()] += piece.nanos;
        }
        long most = Arrays.stream(sums).max().orElse(0);
        for (CallPiece piece : pieces) {
            boolean mostly = sums[piece.part.ordinal()] == most;
            boolean wasMostly = sums[longest.part.ordinal()] == most;
            if ((mostly && !wasMostly) || (mostly && piece.nanos > longest.nanos)) {
                longest = piece;
            }
        }
        CallPiece last = pieces.get(pieces.size() - 1);
        long from = pieces.get(0).from;
        return new CallPiece(
                longest.part, longest.detail, from, last.from + last.nanos - from, longest.stack, pieces.size());
    }
}
