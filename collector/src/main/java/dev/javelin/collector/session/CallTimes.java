package dev.javelin.collector.session;

import dev.javelin.collector.hotspot.VmOperations;
import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.walker.CallId;
import dev.javelin.collector.walker.CallWait;
import dev.javelin.collector.walker.SampleDescriptor;
import dev.javelin.collector.walker.ToldCall;
import dev.javelin.collector.walker.ToldPath;
import dev.javelin.collector.walker.Totals;
import dev.javelin.collector.walker.TraceContext;
import dev.javelin.flamegraph.CallPart;
import dev.javelin.flamegraph.Explanation;
import dev.javelin.flamegraph.Latencies;
import dev.javelin.flamegraph.Profile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Where the time of a method's calls went. Waits within calls come one by one, and samples say which call they are in; the calls that are told
 * by themselves, since they were slow, claim theirs. Time on the CPU within calls is measured by the switches, and divided among the samples;
 * of virtual threads it is what their waits, with a carrier and without, leave of their calls' time, if samples bear that out. Used by one thread.
 */
final class CallTimes {
    private static final long SECOND = 1_000_000_000;
    /** By so much the clock's samples may be too few, as where the host takes time; and by so many standard deviations. */
    private static final double MISSED = 1.25;

    private static final int DEVIATIONS = 4;

    private static final String VIRTUAL = "calls of virtual threads";
    /** There are slots for some ten thousand threads. */
    private static final String SLOTLESS = "calls of too many threads at once";

    static final String BEFORE = "before the start";
    static final String UNSAMPLED = "too short to be sampled";

    private final ExplainRequest request;
    private final Profile profile;
    private final CountedEvents events;
    private final CallParts parts;
    private final CallDetails details;
    private final MonitorHolders holders;
    private final long interval;
    private final SeenCalls calls = new SeenCalls();
    private final PartSums sums;
    /** What tasks did in other threads; null if they are not followed. */
    private final HandedTimes handedOver;

    private final Map<Integer, Long> samples = new HashMap<>();
    private final SlowCalls slow;

    private Latencies before = new Latencies();
    private Map<Long, CallSlots.InCalls> inCallsBefore = Map.of();
    /** As of the last look, should the process end. */
    private Map<Long, CallSlots.InCalls> inCalls = Map.of();
    /** Of the calls until then. */
    private Latencies counts = new Latencies();

    private long began;
    /** Until when calls are of interest, and what threads do. */
    private long ended = Long.MAX_VALUE;
    /** Of virtual threads. */
    private long waited;
    /** Samples of virtual threads in calls. */
    private long virtualSamples;

    /** Of {@link #inCalls}. */
    private long[] endedCalls = new long[0];

    private final List<String> warnings = new ArrayList<>();

    private long nextLook;
    /** When {@link #inCalls} was so. */
    private long looked;

    private String operation = "";
    private long operationEnded;

    /** {@code interval} is that of the clock's samples, in nanoseconds. */
    CallTimes(ExplainRequest request, Profile profile, CountedEvents events, long interval) {
        this.request = request;
        this.slow = new SlowCalls(request.slowerThanNanos());
        this.interval = interval;
        this.profile = profile;
        this.events = events;
        this.parts = new CallParts(profile);
        this.details = new CallDetails(profile, events, parts);
        this.holders = new MonitorHolders(events.wakers()::threadId);
        this.sums = new PartSums(parts);
        this.handedOver = request.calls().tasks() == null
                ? null
                : new HandedTimes(request.calls().tasks(), parts);
    }

    /** Everything is recorded from now on. */
    void started(Target target) {
        began = System.nanoTime();
        inCallsBefore = CallSlots.look(target.memory(), request.calls(), began).inCalls;
        before = request.calls().latencies();
        nextLook = began + SECOND / 10;
        if (handedOver != null) {
            handedOver.begin(target.memory());
            request.calls().follow();
        }
        request.calls().tellSlowerThan(slow.begin(before, began));
    }

    private void look(Target target) {
        long now = System.nanoTime();
        try {
            CallSlots.Look look = CallSlots.look(target.memory(), request.calls(), now);
            inCalls = look.inCalls;
            endedCalls = look.ended;
            looked = now;
        } catch (MemoryUnreadable e) {
            // it has ended
        }
    }

    /**
     * From now on no switch is seen. All programs are detached after that, which takes some tenths of a second: what calls do meanwhile is of no
     * interest.
     */
    void ended(Target target) {
        look(target);
        ended = looked;
        counts = request.calls().latencies().minus(before);
        if (handedOver != null) {
            handedOver.end(target.memory(), request.calls(), ended);
        }
    }

    /** Has fewer calls told once it is known which are slow. */
    void adapt(long now, Target target) {
        if (handedOver != null) {
            handedOver.look(target.memory());
        }
        if (now < nextLook) {
            return;
        }
        nextLook = now + SECOND;
        if (looked > 0) {
            calls.forgetEnded(endedCalls); // what came of these was taken since
        }
        look(target);
        Latencies latencies = request.calls().latencies();
        if (request.slowerThanNanos() == 0) {
            request.calls().tellSlowerThan(slow.toldAbove(latencies, now));
        }
    }

    /** A wait in a call. */
    void wait(ByteBuffer data, int at, Target target) {
        CallWait wait = CallWait.read(data, at);
        if (target != null && wait.pid() == target.pid()) {
            if (wait.kind() != WaitClass.UNTOLD && wait.kind() != WaitClass.BEFORE) {
                events.count(wait.stack());
            }
            addSeen(wait, target);
        }
    }

    /** What file the next wait of a thread is for. */
    void path(ByteBuffer data, int at) {
        details.path(ToldPath.read(data, at));
    }

    private void addSeen(CallWait wait, Target target) {
        if (!CallId.isTask(wait.call())) {
            add(CallId.isVirtual(wait.call()) ? within(wait) : wait, target);
        } else if (handedOver != null) {
            add(within(wait), target);
        }
    }

    /**
     * An operation of the VM thread.
     *
     * @param vtable what tells which one begins; 0 if the last one ends
     */
    void operation(long timeNanos, long vtable, Target target) {
        if (vtable == 0) {
            operationEnded = timeNanos;
        } else {
            operation = target.operations().name(vtable);
            operationEnded = Long.MAX_VALUE;
        }
    }

    /** The operation for which threads were held that go on now; empty if it is not known. */
    private String operation(CallPart part, CallWait wait) {
        boolean held = part == CallPart.SAFEPOINT || part == CallPart.GC_PAUSE;
        return held && operationEnded > wait.endNanos() - wait.nanos() ? operation : "";
    }

    /** What was measured of a virtual thread's wait. */
    private CallWait within(CallWait wait) {
        long from = Math.max(began, wait.endNanos() - wait.nanos());
        long to = Math.min(ended, wait.endNanos());
        return wait.from(from, Math.max(from, to));
    }

    private void add(CallWait wait, Target target) {
        if (CallId.isVirtual(wait.call())) { // no task is
            waited += wait.nanos();
        }
        int stack = events.stackOf(wait.stack());
        CallPart part = parts.ofWait(wait, stack);
        if (part == CallPart.MONITOR && !CallId.isVirtual(wait.call())) { // whose thread is not the one that runs it
            int thread = events.threadOf(wait.pid(), wait.tid());
            long type = target.monitors().classOf(wait.objectClass());
            holders.pieces(wait, thread, type).forEach(piece -> add(piece, part, stack, target));
        } else {
            add(wait, part, stack, target);
        }
    }

    private void add(CallWait wait, CallPart told, int stack, Target target) {
        CallPart part = told;
        String operation = operation(part, wait);
        if (part == CallPart.SAFEPOINT && VmOperations.isCollection(operation)) {
            part = CallPart.GC_PAUSE;
        }
        String detail = operation.isEmpty() ? details.of(part, wait, stack, target) : operation;
        long began = wait.endNanos() - wait.nanos();
        long queued = part != CallPart.RUN_QUEUE && wait.wokenNanos() > began && wait.wokenNanos() < wait.endNanos()
                ? wait.endNanos() - wait.wokenNanos()
                : 0;
        int shown = stack < 0 ? Profile.EMPTY_STACK : stack;
        PartSums.Key key = new PartSums.Key(part, detail, details.withWaker(part, shown, wait));
        PartSums.Key queue = new PartSums.Key(CallPart.RUN_QUEUE, "", shown);
        if (CallId.isTask(wait.call())) {
            handedOver.wait(wait.call(), key, wait.nanos() - queued);
            if (queued > 0) {
                handedOver.wait(wait.call(), queue, queued);
            }
            return;
        }
        SeenCalls.Call call = calls.of(wait.call());
        add(call, key, began, wait.nanos() - queued);
        if (queued > 0) {
            add(call, queue, wait.wokenNanos(), queued);
        }
    }

    private void add(SeenCalls.Call call, PartSums.Key key, long from, long nanos) {
        sums.add(key, nanos, false);
        call.waits.merge(key, nanos, Long::sum);
        call.waited += nanos;
        call.interval(new Explanation.Interval(key.part(), key.detail(), from, nanos, key.stack()));
    }

    /** A sample of the clock. */
    void sample(ByteBuffer data, int at, int stack) {
        long call = SampleDescriptor.call(data, at);
        if (CallId.isTask(call)) {
            if (handedOver != null) {
                handedOver.sample(call, stack);
            }
        } else if (call != 0) {
            samples.merge(stack, 1L, Long::sum);
            virtualSamples += CallId.isVirtual(call) ? 1 : 0;
            SeenCalls.Call known = calls.of(call);
            known.sampled.merge(stack, 1L, Long::sum);
            TraceContext trace = SampleDescriptor.trace(data, at);
            known.trace = trace.equals(TraceContext.NONE) ? known.trace : trace;
            known.sample(new SeenCalls.Sample(SampleDescriptor.timeNanos(data, at), stack));
        }
    }

    /** A call that is told, since it was slow. */
    void told(ByteBuffer data, int at) {
        ToldCall told = ToldCall.read(data, at);
        if (told.probe() != request.calls().number()) {
            return; // another command's
        }
        long end = told.beganNanos() + told.nanos();
        if (began == 0 || end <= began || end > ended) {
            return; // not counted either
        }
        if (told.beganNanos() < began) {
            slow.addBegunBefore(told.nanos()); // what it did until then is not known
            return;
        }
        long leftOut = slow.add(told, calls.of(told.call()));
        if (handedOver != null) {
            handedOver.told(told.call());
            if (leftOut != 0) {
                handedOver.forget(leftOut);
            }
        }
    }

    /** Everything that is known, after the programs were detached. */
    Explanation explain(Totals totals, Target target, int row, boolean hasMounts) {
        long slotless = slotless();
        long cpu = finish(totals, row, target);
        long elapsed = Math.max(elapsed(inCalls, false), sums.total() - waited + cpu);
        long ofVirtual = elapsed(inCalls, true);
        if (target.explainsVirtual(hasMounts)) {
            finishVirtual(totals, target);
            cpu += plausible(ofVirtual - waited, virtualSamples, interval);
            elapsed += Math.max(waited, ofVirtual);
        } else if (ofVirtual > 0) {
            warnings.add(
                    "calls of virtual threads are counted, but not explained: that takes a libjvm with its symbols");
            elapsed += ofVirtual;
            sums.add(PartSums.Key.of(CallPart.UNKNOWN, VIRTUAL), ofVirtual, false);
        }
        if (slotless > 0) {
            elapsed += slotless;
            sums.add(PartSums.Key.of(CallPart.UNKNOWN, SLOTLESS), slotless, false);
        }
        List<SlowCalls.Slow> slowCalls = slow.slowest(counts);
        long left = Math.max(0, elapsed - sums.total());
        Running ofSlow = addSlow(slowCalls, left, Math.max(0, left - cpu));
        cpu = Math.max(cpu, ofSlow.nanos()); // theirs is known by themselves
        sums.divide(samples, cpu, ofSlow.samples(), ofSlow.nanos());
        elapsed += sums.addUnknown(Math.max(0, left - cpu), ofSlow.unseen());
        Explanation.Slow ofSlowCalls = slow.summary(slowCalls, counts);
        warnings.addAll(slow.leftOut(slowCalls.size(), ofSlowCalls.thresholdNanos()));
        if (!calls.isComplete()) {
            warnings.add("more happened in calls at once than is kept for time lines, which lack some of it: the sums"
                    + " have all");
        }
        CallTimeline timeline = new CallTimeline(profile, events, parts, began, interval);
        List<Explanation.SlowCall> shown =
                slow.shown().stream().map(timeline::of).toList();
        return new Explanation(
                request.method(),
                counts.count(),
                elapsed,
                ofSlowCalls,
                sums.list(),
                handedOver(slowCalls),
                counts,
                goingOn(),
                shown,
                profile);
    }

    private Explanation.HandedOver handedOver(List<SlowCalls.Slow> slowCalls) {
        return handedOver == null
                ? null
                : handedOver.explain(
                        slowCalls.stream().map(call -> call.told().call()).toList());
    }

    /** How long the calls took that found no slot: what those that have ended took beyond what the slots say. */
    private long slotless() {
        long slotless = request.calls().slotless();
        if (slotless == 0) {
            return 0;
        }
        warnings.add(slotless + " calls are counted, but not explained: too many threads were in calls at once");
        long ended = elapsed(inCalls, false) + elapsed(inCalls, true) + open(inCallsBefore) - open(inCalls);
        return Math.max(0, counts.total() - ended);
    }

    private Explanation.GoingOn goingOn() {
        long[] open = inCalls.values().stream()
                .mapToLong(CallSlots.InCalls::open)
                .filter(nanos -> nanos > 0)
                .toArray();
        return new Explanation.GoingOn(open.length, LongStream.of(open).max().orElse(0));
    }

    /** How long the calls have taken so far that are open. */
    private static long open(Map<Long, CallSlots.InCalls> threads) {
        return threads.values().stream().mapToLong(CallSlots.InCalls::open).sum();
    }

    /**
     * Time on the CPU that is what known waits leave of calls' time, of which some may not be known: as far as samples bear it out.
     *
     * @param nanos what is left
     * @param samples of the clock there
     */
    static long plausible(long nanos, long samples, long interval) {
        double most = interval * (samples * MISSED + DEVIATIONS * Math.sqrt(samples + 1.0));
        return Math.max(0, nanos <= most ? nanos : samples * interval);
    }

    /** How long platform threads, or virtual ones, were in calls while it was measured. */
    private long elapsed(Map<Long, CallSlots.InCalls> until, boolean virtual) {
        long elapsed = 0;
        for (Map.Entry<Long, CallSlots.InCalls> thread : until.entrySet()) {
            if (CallSlots.isVirtual(thread.getKey()) == virtual) {
                elapsed += thread.getValue().all()
                        - inCallsBefore
                                .getOrDefault(thread.getKey(), CallSlots.InCalls.NONE)
                                .all();
            }
        }
        return elapsed;
    }

    /** What users should know of what was explained, one line each. */
    List<String> warnings() {
        return warnings;
    }

    /** Adds the waits of virtual threads that go on. */
    private void finishVirtual(Totals totals, Target target) {
        inCalls.forEach((key, until) -> {
            if (until.call() == 0) {
                return;
            }
            CallSlots.InCalls from = inCallsBefore.getOrDefault(key, CallSlots.InCalls.NONE);
            Totals.Unmounted seen = totals.unmounted(CallId.slot(until.call()));
            if (seen != null && seen.call() == until.call()) {
                if (seen.waiting() && seen.since() < ended) {
                    add(within(CallWait.open(target.pid(), seen, ended)), target);
                }
            } else if (from.call() == until.call() && calls.isUnseen(until.call())) {
                // it has waited since it was not measured yet
                add(within(CallWait.before(target.pid(), until.call(), ended, until.open())), target);
            }
        });
    }

    /** Time on the CPU within calls; adds waits that go on. */
    private long finish(Totals totals, int row, Target target) {
        long[] cpu = new long[1];
        totals.forEachTotal((probe, pid, tid, stack, key, wait, total) -> cpu[0] += probe == row ? total.sum() : 0);
        for (Totals.Schedule seen : totals.schedules()) {
            cpu[0] += seen.callCpu();
            long now = inCalls.getOrDefault(seen.javaThread(), CallSlots.InCalls.NONE)
                    .all();
            if (seen.on() && seen.inCalls() >= 0 && now > seen.inCalls()) {
                cpu[0] += Math.max(0, now - seen.inCalls() - seen.untold());
            } else if (!seen.on() && seen.call() != 0 && seen.since() < ended) {
                addSeen(CallWait.open(seen, ended), target);
            }
        }
        return cpu[0];
    }

    /** Time on the CPU, by their stacks the samples of it, and time that nothing is known of. */
    private record Running(long nanos, long unseen, Map<Integer, Long> samples) {}

    /** What slow calls waited for; their time on the CPU. Waits leave so much of the time of all calls, {@code unknown} of it is. */
    private Running addSlow(List<SlowCalls.Slow> slowCalls, long left, long unknown) {
        Map<Integer, Long> sampled = new HashMap<>();
        long cpu = 0;
        for (SlowCalls.Slow call : slowCalls) {
            long running = Math.max(0, call.told().nanos() - call.call().waited);
            cpu += running;
            call.call().waits.forEach((key, nanos) -> sums.add(key, nanos, true));
            call.call().sampled.forEach((stack, count) -> sampled.merge(stack, count, Long::sum));
        }
        long sampling = sampled.values().stream().mapToLong(Long::longValue).sum();
        long unseen = Math.max(cpu - left, Math.min(unknown, cpu - plausible(cpu, sampling, interval)));
        return new Running(cpu - unseen, unseen, sampled);
    }
}
