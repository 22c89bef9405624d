package dev.javelin.collector.session;

import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.walker.Probes;
import dev.javelin.collector.walker.SampleDescriptor;
import dev.javelin.collector.walker.StackEnd;
import dev.javelin.collector.walker.Totals;
import dev.javelin.collector.walker.Walker;
import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import dev.javelin.flamegraph.Profile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * Events that were counted in the kernel: each different stack comes once, while the recording runs, and what was counted with it
 * when it ends. Used by one thread.
 */
final class CountedEvents {
    private static final Frame BEFORE = Frame.marker("[off the CPU since before the recording]");
    private static final Frame UNTOLD = Frame.marker("[off the CPU, which the kernel did not tell]");
    private static final Frame NO_STACK = Frame.marker("[stack not walked]");
    private static final Frame NOT_SAMPLED = Frame.marker("[on the CPU, too short to be sampled]");

    /** The kernel's account of a thread that runs is as old as its last tick: at most 10 ms. */
    private static final long TICKS_NANOS = 20_000_000;

    private record Known(int stack, StackEnd end, int flags, int frames) {}

    /** What comes above a stack: the kind of wait, the function that has returned, and who woke it. */
    private record Above(int stack, int kind, String function, long waker) {}

    private record Sampled(int thread, int stack) {}

    /** By the rows of the probes. */
    private final List<Series> series;

    private final Probes probes;
    /** For its stacks, which all events share. */
    private final Profile profile;

    private final Symbolizer symbolizer;
    private final Threads threads;
    private final Wakers wakers;
    private final Map<Long, Known> stacks = new HashMap<>();
    private final Map<Long, Integer> threadIds = new HashMap<>();
    private final Map<Above, Integer> withAbove = new HashMap<>();
    /** Clock samples of each thread, whose time on the CPU is known exactly when the recording ends. */
    private final Map<Long, Map<Sampled, Long>> sampled = new HashMap<>();

    /** When processes have ended: threads that were off the CPU, or on it, were so until then. */
    private final Map<Integer, Long> ended = new HashMap<>();

    private final LongFunction<String> keyLabel;
    private long beganBefore;
    private long end;

    /** {@code all} are the events of the recording. */
    CountedEvents(
            List<Series> all,
            Probes probes,
            LongFunction<String> keyLabel,
            Profile profile,
            Symbolizer symbolizer,
            Threads threads) {
        this.series = IntStream.range(0, probes.names().size())
                .mapToObj(row -> Series.ofRow(all, row))
                .toList();
        this.probes = probes;
        this.keyLabel = keyLabel;
        this.profile = profile;
        this.symbolizer = symbolizer;
        this.threads = threads;
        this.wakers = new Wakers(profile);
    }

    /** A stack that is counted from now on; without a target that of another process, or of the kernel, which woke a target. */
    void stack(ByteBuffer data, int at, Target target) {
        long id = SampleDescriptor.value(data, at);
        if (target == null || (SampleDescriptor.flags(data, at) & SampleDescriptor.FLAG_INTERRUPT) != 0) {
            wakers.add(id, symbolizer.kernelStack(data, at), null, SampleDescriptor.comm(data, at));
            return;
        }
        int stack = symbolizer.stack(data, at, target);
        stacks.put(
                id,
                new Known(
                        stack,
                        SampleDescriptor.end(data, at),
                        SampleDescriptor.flags(data, at),
                        SampleDescriptor.userFrames(data, at)));
        wakers.add(id, stack, threadId(data, at), SampleDescriptor.comm(data, at));
    }

    private Integer threadId(ByteBuffer data, int at) {
        return threadIds.get(key(SampleDescriptor.pid(data, at), SampleDescriptor.tid(data, at)));
    }

    /** The profile's stack, by the id that the programs have of it; -1 if it was not handed over. */
    int stackOf(long id) {
        Known known = stacks.get(id);
        return known == null ? -1 : known.stack();
    }

    /** Counts an event with that stack for the account of what is complete, in a recording of one event. */
    void count(long id) {
        tally(series.get(0), stacks.get(id), 1);
    }

    private static void tally(Series series, Known known, long count) {
        if (known != null) {
            series.tally().add(known.end(), known.flags(), known.frames(), count);
        } else {
            series.tally().add(StackEnd.NO_USER_REGISTERS, 0, 0, count);
        }
    }

    /** Those who may have woken threads. */
    Wakers wakers() {
        return wakers;
    }

    /** The profile's id of a thread. */
    int threadOf(int pid, int tid) {
        return thread(pid, tid);
    }

    /** A thread that is counted from now on. */
    void thread(ByteBuffer data, int at, Target target) {
        if (target != null) {
            threadIds.put(
                    key(SampleDescriptor.pid(data, at), SampleDescriptor.tid(data, at)),
                    threads.thread(data, at, target));
        }
    }

    /** A clock sample of a thread whose time on the CPU is measured. */
    void onCpu(ByteBuffer data, int at, int thread, int stack) {
        sampled.computeIfAbsent(
                        key(SampleDescriptor.pid(data, at), SampleDescriptor.tid(data, at)), k -> new HashMap<>())
                .merge(new Sampled(thread, stack), 1L, Long::sum);
    }

    private static long key(int pid, int tid) {
        return (long) pid << 32 | tid;
    }

    /** Accounts for the threads that are there already, and which the programs have not seen leave the CPU or get one. */
    void started(Totals totals, Collection<Target> targets, boolean onCpu) {
        for (Target target : targets) {
            int pid = target.pid();
            long now = System.nanoTime();
            Map<Integer, ProcessInfo.LiveThread> live = ProcessInfo.liveThreads(pid);
            live.forEach((tid, thread) -> {
                if (thread.waiting() || onCpu) {
                    totals.add(Totals.Schedule.unseen(
                            pid, tid, now, thread.ranNanos(), thread.switches(), !thread.waiting(), WaitClass.BEFORE));
                }
            });
            // The names can wait: whatever changes meanwhile is seen by the programs.
            Map<Integer, String> names = target.threadNames(live);
            live.keySet()
                    .forEach(tid -> threadIds.computeIfAbsent(
                            key(pid, tid), k -> profile.thread(pid, tid, comm(pid, tid), names.get(tid))));
        }
    }

    private static String comm(int pid, int tid) {
        try {
            return ProcessInfo.threadComm(pid, tid);
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    /** A process has ended. */
    void ended(int pid) {
        ended.putIfAbsent(pid, System.nanoTime());
    }

    private long since(int pid, long from) {
        return Math.max(0, ended.getOrDefault(pid, end) - from);
    }

    /** Takes what was counted, after the programs were detached. */
    void collect(Walker walker) {
        end = System.nanoTime();
        Totals totals = walker.totals();
        List<Scale> counts = new ArrayList<>();
        List<Scale> sums = new ArrayList<>();
        for (long[] events : events(walker)) {
            counts.add(new Scale(events[0], events[1]));
            sums.add(new Scale(events[0], events[1]));
        }
        int onCpuRow = probes.onCpuRow();
        Map<Long, Long> onCpu = new HashMap<>();
        totals.forEachTotal((probe, pid, tid, stack, key, wait, total) -> {
            if (probe == onCpuRow) {
                onCpu.merge(key(pid, tid), total.sum(), Long::sum);
            } else {
                long waker = wait == WaitClass.NONE ? 0 : key;
                String label = wait == WaitClass.NONE ? keyLabel.apply(key) : null;
                Event event = new Event(stack, wait, probes.leaf(probe), waker, label);
                add(
                        probe,
                        pid,
                        tid,
                        event,
                        counts.get(probe).of(total.count()),
                        sums.get(probe).of(total.sum()));
            }
        });
        collectOpen(totals, onCpu);
        onCpu.forEach(this::addOnCpu);
    }

    /** Adds what goes on: waits that have not ended, and time on the CPU until now. */
    private void collectOpen(Totals totals, Map<Long, Long> onCpu) {
        Map<Integer, Map<Integer, ProcessInfo.LiveThread>> live = new HashMap<>();
        for (Totals.Schedule seen : totals.schedules()) {
            ProcessInfo.LiveThread thread =
                    live.computeIfAbsent(seen.pid(), ProcessInfo::liveThreads).get(seen.tid());
            long ran = ranSince(seen, thread);
            if (probes.onCpuRow() >= 0) {
                onCpu.merge(key(seen.pid(), seen.tid()), seen.onCpu() + ran, Long::sum);
            }
            addOpen(probes.offCpuRow(), seen, thread, seen.since(), ran);
            addOpen(probes.runQueueRow(), seen, thread, seen.woken(), ran);
        }
    }

    /**
     * Adds what a thread has waited from a time on, where it has not run meanwhile. Nothing if there is no such row; nor if the time is 0: who is
     * not woken yet waits for no CPU.
     */
    private void addOpen(int row, Totals.Schedule seen, ProcessInfo.LiveThread thread, long from, long ran) {
        if (row < 0 || from == 0) {
            return;
        }
        long waited = since(seen.pid(), from) - ran;
        if (!seen.on() || (waited > TICKS_NANOS && thread != null)) {
            Event wait = openWait(seen, ran > 0 && thread.switches() > seen.switches());
            add(row, seen.pid(), seen.tid(), wait, 1, Math.max(0, waited));
        }
    }

    /** How long a thread has run since it was last seen, which the programs do not know yet, in nanoseconds. */
    private long ranSince(Totals.Schedule seen, ProcessInfo.LiveThread thread) {
        if (thread == null) {
            return 0; // its last moments were accounted for as it ended
        }
        long nanos = since(seen.pid(), seen.since());
        long ran = Math.min(nanos, thread.ranNanos() - seen.ran());
        boolean told = seen.on() ? nanos - ran <= TICKS_NANOS : ran <= TICKS_NANOS;
        if (told || thread.ranNanos() == 0 || seen.switches() == 0) {
            return seen.on() ? nanos : 0;
        }
        return ran;
    }

    private static Event openWait(Totals.Schedule seen, boolean ranSince) {
        return seen.on() || ranSince
                ? new Event(0, WaitClass.UNTOLD, null, 0, null)
                : new Event(seen.stack(), seen.kind(), null, seen.waker(), null);
    }

    /** Divides a thread's time on the CPU among its samples. */
    private void addOnCpu(long key, long nanos) {
        Profile elapsed = series.get(probes.onCpuRow()).profile();
        String event = series.get(probes.onCpuRow()).event().name();
        Map<Sampled, Long> samples = sampled.getOrDefault(key, Map.of());
        long all = samples.values().stream().mapToLong(Long::longValue).sum();
        if (all == 0) {
            int none = profile.stack(new int[] {profile.frame(NOT_SAMPLED)}, 0, 1);
            elapsed.addAggregate(end, thread((int) (key >>> 32), (int) key), none, event, 1, nanos);
            return;
        }
        long rest = nanos;
        for (Map.Entry<Sampled, Long> entry : samples.entrySet()) {
            Sampled sample = entry.getKey();
            long count = entry.getValue();
            long part = all == count ? rest : rest / all * count;
            elapsed.addAggregate(end, sample.thread(), sample.stack(), event, count, part);
            all -= count;
            rest -= part;
        }
    }

    /** By row: the events that were taken, and those that they stand for. */
    private long[][] events(Walker walker) {
        long[][] events = new long[probes.names().size()][2];
        walker.totals().forEachTotal((probe, pid, tid, stack, key, wait, total) -> events[probe][0] += total.count());
        for (int row = 0; row < events.length; row++) {
            events[row][1] = probes.hasPeriod(row) ? walker.probeEvents(row) : events[row][0];
        }
        return events;
    }

    private int thread(int pid, int tid) {
        return threadIds.computeIfAbsent(key(pid, tid), k -> profile.thread(pid, tid, "", null));
    }

    /** A label is what a probe's hits are told apart by; null for none. */
    private record Event(long stack, int kind, String leaf, long waker, String label) {}

    private void add(int row, int pid, int tid, Event what, long count, long sum) {
        Known known = stacks.get(what.stack());
        int stack;
        if (known != null) {
            tally(series.get(row), known, count);
            int own = probes.isTold(row) ? ToldStacks.fromMethod(profile, known.stack()) : known.stack();
            stack = withAbove(new Above(own, what.kind(), what.leaf(), what.waker()));
        } else {
            boolean before = what.kind() == WaitClass.BEFORE;
            boolean untold = what.kind() == WaitClass.UNTOLD;
            Frame why = before ? BEFORE : untold ? UNTOLD : NO_STACK;
            int none = profile.stack(new int[] {profile.frame(why)}, 0, 1);
            stack = withAbove(new Above(none, WaitClass.NONE, null, what.waker()));
            if (before) {
                beganBefore += row == probes.offCpuRow() ? count : 0;
            } else if (!untold) {
                tally(series.get(row), null, count);
            }
        }
        String event = series.get(row).event().name();
        series.get(row).profile().addAggregate(end, thread(pid, tid), below(stack, what.label()), event, count, sum);
    }

    /** Waits that had begun before the recording, and whose stacks are not known therefore. */
    long beganBefore() {
        return beganBefore;
    }

    /** The stack, with a leaf that says what kind of wait it is, or which function has just returned, and with who woke it. */
    private int withAbove(Above above) {
        if (above.kind() == WaitClass.NONE && above.function() == null && above.waker() == 0) {
            return above.stack();
        }
        return withAbove.computeIfAbsent(above, key -> {
            int[] frames = profile.frames(key.stack());
            if (key.kind() != WaitClass.NONE) {
                frames = on(frames, Frame.marker("[" + WaitClass.of(profile, frames, key.kind()) + "]"));
            } else if (key.function() != null) {
                String function = key.function();
                frames = on(
                        frames,
                        Frame.symbol(function.contains("::") ? FrameType.CPP : FrameType.NATIVE, function, null));
            }
            frames = wakers.on(frames, key.waker());
            return profile.stack(frames, 0, frames.length);
        });
    }

    /** The stack with a label at its root. */
    private int below(int stack, String label) {
        if (label == null) {
            return stack;
        }
        int[] frames = profile.frames(stack);
        int[] more = Arrays.copyOf(frames, frames.length + 1);
        more[frames.length] = profile.frame(Frame.marker("[" + label + "]"));
        return profile.stack(more, 0, more.length);
    }

    private int[] on(int[] frames, Frame leaf) {
        int[] more = new int[frames.length + 1];
        System.arraycopy(frames, 0, more, 1, frames.length);
        more[0] = profile.frame(leaf);
        return more;
    }
}
