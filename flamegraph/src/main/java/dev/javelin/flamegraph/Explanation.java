package dev.javelin.flamegraph;

import java.util.List;
import java.util.Objects;

/**
 * Where the time of a method's calls went, and that of the slow ones among them. All times are in nanoseconds, those of all
 * calls added up. Texts may hold anything; the outputs escape them.
 *
 * @param method the method, as it is shown
 * @param calls how many of its calls ended; a call that such a call made to the same method is part of it
 * @param elapsedNanos how long they took
 * @param slow the slow ones, which are among {@code calls}
 * @param parts what the elapsed times are made of; each (part, detail, stack) once, in any order. They add up to the elapsed
 *     times as far as everything was seen
 * @param handedOver what the calls' tasks did in other threads, at the same time; null if they were not followed
 * @param latencies how long the calls took, each by itself
 * @param goingOn those that had not ended, whose time until then is part of the elapsed one
 * @param slowest the slowest calls that were kept, at most ten, the slowest first
 * @param profile holds the frames and stacks that {@code stack} means; its samples are not looked at
 */
public record Explanation(
        String method,
        long calls,
        long elapsedNanos,
        Slow slow,
        List<Part> parts,
        HandedOver handedOver,
        Latencies latencies,
        GoingOn goingOn,
        List<SlowCall> slowest,
        Profile profile) {
    /**
     * Calls that had not ended at the end of the recording.
     *
     * @param calls how many
     * @param longestNanos how long the longest of them has taken until then; 0 if there is none
     */
    public record GoingOn(long calls, long longestNanos) {
        /** All had ended. */
        static final GoingOn NONE = new GoingOn(0, 0);
    }

    /**
     * The calls that took at least as long as the threshold.
     *
     * @param thresholdNanos from which elapsed time on a call was slow
     * @param calls how many were
     * @param elapsedNanos how long they took
     */
    public record Slow(long thresholdNanos, long calls, long elapsedNanos) {}

    /**
     * Time of one kind, with one stack.
     *
     * @param detail which class, file, peer, operation or holder; empty if there is none
     * @param stack a stack of the profile; {@link Profile#EMPTY_STACK} if there is none
     * @param allNanos the time in all calls
     * @param slowNanos the time in slow calls, at most {@code allNanos}
     */
    public record Part(CallPart part, String detail, int stack, long allNanos, long slowNanos) {
        /** Checks that part and detail are there. */
        public Part {
            Objects.requireNonNull(part, "part");
            Objects.requireNonNull(detail, "detail");
        }
    }

    /**
     * The tasks that calls have handed to other threads. Their time is none of the calls' own.
     *
     * @param tasks how many have begun
     * @param slowTasks those of slow calls among them
     * @param allNanos how long they ran, and waited meanwhile
     * @param slowNanos the same of slow calls
     * @param lost of how many is not known what they did
     * @param parts what these times are made of, as of calls; {@link CallPart#QUEUED} is not among these times
     */
    public record HandedOver(long tasks, long slowTasks, long allNanos, long slowNanos, long lost, List<Part> parts) {
        /** Copies the list. */
        public HandedOver {
            parts = List.copyOf(parts);
        }
    }

    /**
     * A slow call and what happened in it.
     *
     * @param beganNanos when it began, since the recording did
     * @param elapsedNanos how long it took
     * @param thread the name of its thread
     * @param traceId of the span that the thread worked on, by its own account: 32 hexadecimal digits; empty if it has none
     * @param spanId the same of the span: 16 digits
     * @param intervals in the order of their beginnings, without overlaps; there may be gaps, of which nothing is known
     */
    public record SlowCall(
            long beganNanos,
            long elapsedNanos,
            String thread,
            String traceId,
            String spanId,
            List<Interval> intervals) {
        /** Checks that everything is there, and copies the list. */
        public SlowCall {
            Objects.requireNonNull(thread, "thread");
            Objects.requireNonNull(traceId, "traceId");
            Objects.requireNonNull(spanId, "spanId");
            intervals = List.copyOf(intervals);
        }
    }

    /**
     * A stretch of a slow call's time.
     *
     * @param detail as in {@link Part}
     * @param fromNanos when it began, since the call did
     * @param nanos how long it took
     * @param stack as in {@link Part}
     */
    public record Interval(CallPart part, String detail, long fromNanos, long nanos, int stack) {
        /** Checks that part and detail are there. */
        public Interval {
            Objects.requireNonNull(part, "part");
            Objects.requireNonNull(detail, "detail");
        }
    }

    /** One whose tasks in other threads were not followed, and none of whose calls goes on. */
    public Explanation(
            String method,
            long calls,
            long elapsedNanos,
            Slow slow,
            List<Part> parts,
            Latencies latencies,
            List<SlowCall> slowest,
            Profile profile) {
        this(method, calls, elapsedNanos, slow, parts, null, latencies, GoingOn.NONE, slowest, profile);
    }

    /** Checks that everything is there, and copies the lists. */
    public Explanation {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(slow, "slow");
        Objects.requireNonNull(latencies, "latencies");
        Objects.requireNonNull(goingOn, "goingOn");
        Objects.requireNonNull(profile, "profile");
        parts = List.copyOf(parts);
        slowest = List.copyOf(slowest);
    }

    /** Whether a call goes on that has taken longer than any that ended: it may hang. */
    boolean mayHang() {
        return goingOn.longestNanos() > latencies.max();
    }

    /** The tasks as if they were calls, with the slow calls' threshold and number; their time in the queue is part of none. */
    Explanation ofTasks() {
        return new Explanation(
                method,
                calls,
                handedOver.allNanos(),
                new Slow(slow.thresholdNanos(), slow.calls(), handedOver.slowNanos()),
                handedOver.parts(),
                latencies,
                List.of(),
                profile);
    }
}
