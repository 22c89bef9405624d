package dev.javelin.collector.session;

import dev.javelin.collector.walker.CallId;
import dev.javelin.collector.walker.ToldCall;
import dev.javelin.collector.walker.TraceContext;
import dev.javelin.flamegraph.CallPart;
import dev.javelin.flamegraph.Explanation;
import dev.javelin.flamegraph.Profile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What happened in a slow call, in its order: its waits, and between them the CPU. Times are of CLOCK_MONOTONIC. Used by one thread. */
final class CallTimeline {
    /** Who runs for so many intervals of the clock is sampled. */
    private static final int SURELY = 10;

    private final Profile profile;
    private final CountedEvents events;
    private final CallParts parts;
    private final long began;
    private final long interval;

    /** Calls are seen since {@code began}, with a sample every {@code interval}. */
    CallTimeline(Profile profile, CountedEvents events, CallParts parts, long began, long interval) {
        this.profile = profile;
        this.events = events;
        this.parts = parts;
        this.began = began;
        this.interval = interval;
    }

    /** A call with its intervals, and what it did on the CPU between them. */
    Explanation.SlowCall of(SlowCalls.Slow slow) {
        long start = slow.told().beganNanos();
        List<Explanation.Interval> intervals = new ArrayList<>();
        List<Explanation.Interval> waits = new ArrayList<>(slow.call().intervals);
        waits.sort(Comparator.comparingLong(Explanation.Interval::fromNanos));
        long end = start + slow.told().nanos();
        long at = start;
        for (Explanation.Interval wait : waits) {
            long from = Math.max(at, Math.min(end, wait.fromNanos())); // as it returns it may wait, too
            running(slow, at, from, intervals);
            at = Math.max(from, Math.min(end, wait.fromNanos() + wait.nanos()));
            if (at > from) {
                intervals.add(
                        new Explanation.Interval(wait.part(), wait.detail(), from - start, at - from, wait.stack()));
            }
        }
        running(slow, at, end, intervals);
        int thread = events.threadOf(slow.told().pid(), slow.told().tid());
        String java = profile.thread(thread).javaName();
        String name = java == null ? profile.thread(thread).osName() : java;
        TraceContext trace = slow.told().trace().equals(TraceContext.NONE)
                ? slow.call().trace
                : slow.told().trace();
        return new Explanation.SlowCall(
                start - began,
                slow.told().nanos(),
                CallId.isVirtual(slow.told().call()) ? virtualName(slow.told()) : name,
                trace.traceId(),
                trace.spanId(),
                intervals);
    }

    private static String virtualName(ToldCall told) {
        String number = "virtual thread " + (told.key() >>> 1);
        return told.name().isEmpty() ? number : told.name() + " (" + number + ")";
    }

    /** On the CPU, divided at the middle between one sample and the next. */
    private void running(SlowCalls.Slow slow, long from, long to, List<Explanation.Interval> intervals) {
        if (to <= from) {
            return;
        }
        long start = slow.told().beganNanos();
        List<SeenCalls.Sample> there = slow.call().samples.stream()
                .filter(sample -> sample.timeNanos() >= from && sample.timeNanos() < to)
                .toList();
        if (there.isEmpty()) {
            boolean ran = to - from < SURELY * interval;
            intervals.add(new Explanation.Interval(
                    ran ? CallPart.ON_CPU_JAVA : CallPart.UNKNOWN,
                    ran ? CallTimes.UNSAMPLED : "",
                    from - start,
                    to - from,
                    Profile.EMPTY_STACK));
            return;
        }
        long at = from;
        for (int i = 0; i < there.size(); i++) {
            SeenCalls.Sample sample = there.get(i);
            long until = i + 1 < there.size()
                    ? (sample.timeNanos() + there.get(i + 1).timeNanos()) / 2
                    : to;
            intervals.add(new Explanation.Interval(
                    parts.ofSample(sample.stack()), "", at - start, until - at, sample.stack()));
            at = until;
        }
    }
}
