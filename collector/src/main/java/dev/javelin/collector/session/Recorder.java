package dev.javelin.collector.session;

import dev.javelin.bpf.BpfException;
import dev.javelin.bpf.PerfAttr;
import dev.javelin.collector.proc.Kallsyms;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.walker.NativeObjects;
import dev.javelin.collector.walker.ProbeRow;
import dev.javelin.collector.walker.SampleDescriptor;
import dev.javelin.collector.walker.StackEnd;
import dev.javelin.collector.walker.Walker;
import dev.javelin.flamegraph.Explanation;
import dev.javelin.flamegraph.Profile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The collector's duty cycle: takes records from the ring into the profile and keeps what the walker knows of the targets up to
 * date. Owns no thread and no clock: {@link #doWork} is called with the time.
 */
final class Recorder implements AutoCloseable {
    /** Java frames that were looked up between two looks at the ring. */
    private static final int MUCH = 10;

    private static final long MILLIS = 1_000_000;
    /** How long a process that execed, or appeared, is given to become a JVM. */
    private static final long PATIENCE = 10_000 * MILLIS;

    private static final long LOOK_FOR_NEW = 1_000 * MILLIS;

    private final RecordRequest request;
    /** By the events of the request. */
    private final List<Series> series;
    /** Of the event that is sampled; of the first one where none is. */
    private final Series sampled;
    /** For its stacks, which all events share. */
    private final Profile profile;

    private final NativeObjects objects;
    private final Symbolizer symbolizer;
    private final Threads threads;
    private final CountedEvents counted;
    private final Live live;
    private final CallTimes callTimes;
    private final Map<Integer, Target> targets = new HashMap<>();
    private final Map<Integer, MappingWatch> watches = new HashMap<>();
    private final List<Target> seen = new ArrayList<>();
    /** Processes that may become JVMs, and until when to wait for that. */
    private final Map<Integer, Long> expected = new HashMap<>();

    private final Set<Integer> ended = new HashSet<>();
    private final int self = (int) ProcessHandle.current().pid();
    private Walker walker;
    private long startNanos;
    private long endNanos;
    private long firstSampleNanos;
    private long nextLook;
    private long orphans;
    private long resolvedBefore;
    private long shown;
    private boolean wanted = true;
    private Explanation explanation;
    private String notWalked;

    Recorder(RecordRequest request, List<Profile> profiles, NativeObjects objects, Live live) {
        this.request = request;
        this.live = live;
        this.series = Series.of(request, profiles);
        this.sampled = series.get(Math.max(0, request.sampled()));
        this.profile = profiles.get(0);
        this.objects = objects;
        this.symbolizer = new Symbolizer(profile, objects, new Kallsyms());
        this.threads = new Threads(profile);
        this.counted = new CountedEvents(series, request.probes(), request.keyLabel(), profile, symbolizer, threads);
        this.callTimes = request.explain() == null
                ? null
                : new CallTimes(request.explain(), profile, counted, request.intervalNanos());
    }

    /** Starts: from here on these targets are recorded, by samples of an event if there is one, and by the probes that were asked for. */
    void onStart(Walker loaded, List<Target> first, PerfAttr event) {
        walker = loaded;
        first.forEach(this::add);
        walker.watchProcesses();
        if (!request.probes().isEmpty()) {
            walker.attachProbes();
        }
        startNanos = System.nanoTime();
        if (request.probes().offCpuRow() >= 0 && request.probes().hasStacks()) {
            counted.started(walker.totals(), targets.values(), request.probes().onCpuRow() >= 0);
            walkWaiting();
        }
        if (callTimes != null) {
            first.forEach(callTimes::started);
        }
        if (event != null) {
            walker.attach(event);
        }
    }

    /** On kernels that cannot, the waits that have begun before are told without their stacks. */
    private void walkWaiting() {
        try {
            walker.walkWaiting(targets.keySet());
        } catch (BpfException e) {
            notWalked = e.getMessage();
        }
    }

    private void add(Target target) {
        targets.put(target.pid(), target);
        watches.put(target.pid(), new MappingWatch());
        seen.add(target);
        target.install(walker, objects);
        if (callTimes != null) {
            ProbedCalls calls = request.explain().calls();
            walker.slots(target.pid(), target.slotTable(calls, request.probes().hasMounts()));
        }
    }

    /** Takes one record; the handler of the walker's ring. */
    void record(ByteBuffer data, int at, int length) {
        int pid = SampleDescriptor.pid(data, at);
        switch (SampleDescriptor.type(data, at)) {
            case SampleDescriptor.TYPE_SAMPLE -> sample(data, at, targets.get(pid));
            case SampleDescriptor.TYPE_HIT -> hit(data, at, targets.get(pid));
            case SampleDescriptor.TYPE_STACK -> counted.stack(data, at, targets.get(pid));
            case SampleDescriptor.TYPE_THREAD -> counted.thread(data, at, targets.get(pid));
            case SampleDescriptor.TYPE_WAIT -> callTimes.wait(data, at, targets.get(pid));
            case SampleDescriptor.TYPE_CALL -> callTimes.told(data, at);
            case SampleDescriptor.TYPE_PATH -> callTimes.path(data, at);
            case SampleDescriptor.TYPE_EXEC -> expected.put(pid, SampleDescriptor.timeNanos(data, at) + PATIENCE);
            case SampleDescriptor.TYPE_EXIT -> ended.add(pid);
            default -> orphans++;
        }
    }

    private void hit(ByteBuffer data, int at, Target target) {
        if (!wanted) {
            return;
        }
        if (target == null) {
            orphans++;
            return;
        }
        if (callTimes != null) {
            callTimes.operation(SampleDescriptor.timeNanos(data, at), SampleDescriptor.argument(data, at, 0), target);
            return;
        }
        List<Long> arguments = new ArrayList<>(ProbeRow.MAX_ARGUMENTS);
        for (int i = 0; i < ProbeRow.MAX_ARGUMENTS; i++) {
            arguments.add(SampleDescriptor.argument(data, at, i));
        }
        int whole = stack(data, at, target);
        int stack = request.probes().isTold(SampleDescriptor.probe(data, at))
                ? ToldStacks.fromMethod(profile, whole)
                : whole;
        Hit hit = new Hit(
                SampleDescriptor.timeNanos(data, at),
                threads.thread(data, at, target),
                SampleDescriptor.probe(data, at),
                arguments,
                SampleDescriptor.returned(data, at),
                SampleDescriptor.duration(data, at),
                SampleDescriptor.syscall(data, at),
                stack,
                SampleDescriptor.trace(data, at),
                texts(data, at));
        shown++;
        wanted = live.hit(hit, profile);
    }

    /** By the arguments that point to them; without those that could not be read. */
    private Map<Integer, TargetText> texts(ByteBuffer data, int at) {
        List<ProbeRow.Text> wanted = request.probes().texts(SampleDescriptor.probe(data, at));
        Map<Integer, TargetText> texts = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            long length = SampleDescriptor.textLength(data, at, i);
            if (length >= 0) {
                boolean cut = length > SampleDescriptor.TEXT_SHOWN;
                texts.put(wanted.get(i).argument(), TargetText.of(SampleDescriptor.text(data, at, i), cut));
            }
        }
        return texts;
    }

    private int stack(ByteBuffer data, int at, Target target) {
        if (firstSampleNanos == 0) {
            firstSampleNanos = System.nanoTime();
        }
        StackEnd end = SampleDescriptor.end(data, at);
        sampled.tally().add(end, SampleDescriptor.flags(data, at), SampleDescriptor.userFrames(data, at), 1);
        if (end == StackEnd.UNMAPPED) {
            watches.get(target.pid()).request();
        }
        return symbolizer.stack(data, at, target);
    }

    private void sample(ByteBuffer data, int at, Target target) {
        if (target == null) {
            orphans++;
            return;
        }
        int stack = stack(data, at, target);
        int thread = threads.thread(data, at, target);
        if (callTimes != null) {
            callTimes.sample(data, at, stack);
            return;
        }
        if (request.probes().onCpuRow() >= 0) {
            counted.onCpu(data, at, thread, stack);
            return;
        }
        sampled.profile()
                .sample(
                        SampleDescriptor.timeNanos(data, at),
                        thread,
                        SampleDescriptor.cpu(data, at),
                        stack,
                        SampleDescriptor.value(data, at));
    }

    /** Handles what has come in; the number of records. */
    int doWork(long now) {
        int records = takeBatch();
        wanted = live.taken() && wanted;
        if (callTimes != null) {
            targets.values().forEach(target -> callTimes.adapt(now, target));
        }
        for (Target target : targets.values()) {
            if (watches.get(target.pid()).due(now)) {
                boolean changed = target.refresh(walker, objects);
                watches.get(target.pid()).looked(now, changed);
            }
        }
        if (!ended.isEmpty()) {
            ended.forEach(this::dropIfEnded);
            ended.clear();
        }
        if (!expected.isEmpty()) {
            lookAtExpected(now);
        }
        if (now >= nextLook) {
            nextLook = now + LOOK_FOR_NEW;
            List.copyOf(targets.keySet()).forEach(this::dropIfEnded);
            if (request.all()) {
                lookForJvms(now);
            }
        }
        return records;
    }

    /** Takes what was written before a look at what the targets have unloaded. */
    private int takeBatch() {
        long written = walker.ring().written();
        for (Target target : targets.values()) {
            if (target.symbols().refresh()) {
                symbolizer.forgetMortal(target.pid());
            }
        }
        return walker.ring().poll(written);
    }

    private void dropIfEnded(int pid) {
        Target target = targets.get(pid);
        if (target != null && !target.isAlive()) {
            targets.remove(pid);
            watches.remove(pid);
            counted.ended(pid);
            walker.remove(pid);
            symbolizer.forget(pid);
            target.close();
        }
    }

    /** Another program in a target's process, or with {@code all} any new one, may be a JVM that is starting. */
    private void lookAtExpected(long now) {
        for (Integer pid : List.copyOf(expected.keySet())) {
            dropIfEnded(pid);
            if (targets.containsKey(pid) || now > expected.get(pid) || tryAdd(pid)) {
                expected.remove(pid);
            }
        }
    }

    private void lookForJvms(long now) {
        for (ProcessInfo process : ProcessInfo.jvms()) {
            if (process.pid() != self && !targets.containsKey(process.pid())) {
                expected.putIfAbsent(process.pid(), now + PATIENCE);
            }
        }
    }

    /** Whether there is nothing more to wait for: it is a target now, or the process is gone. */
    private boolean tryAdd(int pid) {
        if (pid == self) {
            return true;
        }
        if (!ProcessInfo.isJava(pid)) {
            return !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        }
        try {
            Target target = Target.open(pid);
            target.prepare(objects);
            add(target);
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** Whether a recording that was asked for certain processes has none left, or nobody looks any more. */
    boolean isOver() {
        return !wanted || (!request.all() && targets.isEmpty() && expected.isEmpty());
    }

    /** Whether much new code has turned up since the last call. */
    boolean metNewCode() {
        long now = symbolizer.resolved();
        boolean met = now - resolvedBefore > MUCH;
        resolvedBefore = now;
        return met;
    }

    /**
     * CPU time that the kernel accounts to the targets for the time of the recording, in nanoseconds; 0 if one of them ended, since
     * its account went with it, or if something else than the clock was sampled.
     */
    long accountedCpuNanos() {
        boolean known = sampled.event().name().equals("cpu") && targets.size() == seen.size();
        return known
                ? targets.values().stream()
                        .mapToLong(Target::cpuNanosSinceInstall)
                        .sum()
                : 0;
    }

    /** All processes that were recorded, in the order in which they were found. */
    List<Target> seen() {
        return seen;
    }

    /** Why the stacks of threads that waited already could not be taken; null if they could. */
    String notWalked() {
        return notWalked;
    }

    /** Waits that had begun before the recording, and whose stacks are not known. */
    long beganBefore() {
        return counted.beganBefore();
    }

    /** What came in, by the events of the request. */
    List<Series> series() {
        return series;
    }

    /** How all walks ended. */
    Tally tally() {
        return Tally.of(series.stream().map(Series::tally).toList());
    }

    /** Hits of traced probes that were shown. */
    long shown() {
        return shown;
    }

    /** {@link System#nanoTime} from which on time is accounted for. Until the clock samples as well, a busy machine may take a while. */
    long startNanos() {
        return startNanos;
    }

    /** {@link System#nanoTime} until which waits that go on are accounted for. */
    long endNanos() {
        return endNanos;
    }

    /** {@link System#nanoTime} at the first sample, 0 if there was none. */
    long firstSampleNanos() {
        return firstSampleNanos;
    }

    /** Records of processes that had ended when they were read. */
    long orphans() {
        return orphans;
    }

    /** Takes the last records after sampling has stopped. */
    void onClose() {
        walker.stop();
        if (callTimes != null) {
            callTimes.ended(seen.get(0));
        }
        walker.detach();
        takeBatch();
        live.taken();
        endNanos = System.nanoTime();
        if (callTimes != null) {
            explanation = explain();
        } else if (request.probes().hasStacks()) {
            counted.collect(walker);
        }
    }

    private Explanation explain() {
        return callTimes.explain(
                walker.totals(),
                seen.get(0),
                request.probes().callsRow(),
                request.probes().hasMounts());
    }

    /** What users should know of what was explained, one line each. */
    List<String> warnings() {
        return callTimes == null ? List.of() : callTimes.warnings();
    }

    /** Where the time of calls went; null if that was not asked for. */
    Explanation explanation() {
        return explanation;
    }

    @Override
    public void close() {
        targets.values().forEach(Target::close);
    }
}
