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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Events that were counted in the kernel: each different stack comes once, while the recording runs, and what was counted with it
 * when it ends. Used by one thread.
 */
final class CountedEvents {
    private static final Frame BEFORE = Frame.marker("[off the CPU since before the recording]");
    private static final Frame NO_STACK = Frame.marker("[stack not walked]");

    private record Known(int stack, StackEnd end, int flags, int frames) {}

    private record Leaf(int stack, int kind, String function) {}

    private final Profile profile;
    private final Symbolizer symbolizer;
    private final Threads threads;
    private final Tally tally;
    private final Map<Long, Known> stacks = new HashMap<>();
    private final Map<Long, Integer> threadIds = new HashMap<>();
    private final Map<Leaf, Integer> withLeaf = new HashMap<>();
    private final String event;
    private long beganBefore;
    private long end;

    CountedEvents(String event, Profile profile, Symbolizer symbolizer, Threads threads, Tally tally) {
        this.event = event;
        this.profile = profile;
        this.symbolizer = symbolizer;
        this.threads = threads;
        this.tally = tally;
    }

    /** A stack that is counted from now on. */
    void stack(ByteBuffer data, int at, Target target) {
        if (target != null) {
            Known known = new Known(
                    symbolizer.stack(data, at, target),
                    SampleDescriptor.end(data, at),
                    SampleDescriptor.flags(data, at),
                    SampleDescriptor.userFrames(data, at));
            stacks.put(SampleDescriptor.value(data, at), known);
        }
    }

    /** A thread that is counted from now on. */
    void thread(ByteBuffer data, int at, Target target) {
        if (target != null) {
            threadIds.put(
                    key(SampleDescriptor.pid(data, at), SampleDescriptor.tid(data, at)),
                    threads.thread(data, at, target));
        }
    }

    private static long key(int pid, int tid) {
        return (long) pid << 32 | tid;
    }

    /** Accounts for the threads that are off the CPU already. */
    void started(Totals totals, Collection<Target> targets) {
        long now = System.nanoTime();
        for (Target target : targets) {
            target.waitingThreads().forEach((tid, name) -> {
                if (totals.beginWait(target.pid(), tid, now, WaitClass.BEFORE)) {
                    threadIds.putIfAbsent(
                            key(target.pid(), tid), profile.thread(target.pid(), tid, comm(target.pid(), tid), name));
                }
            });
        }
    }

    private static String comm(int pid, int tid) {
        try {
            return ProcessInfo.threadComm(pid, tid);
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    /** Takes what was counted, after the programs were detached. */
    void collect(Walker walker, Probes probes) {
        end = System.nanoTime();
        Totals totals = walker.totals();
        List<Scale> counts = new ArrayList<>();
        List<Scale> sums = new ArrayList<>();
        for (long[] events : events(walker, probes)) {
            counts.add(new Scale(events[0], events[1]));
            sums.add(new Scale(events[0], events[1]));
        }
        totals.forEachTotal((probe, pid, tid, stack, key, wait, total) -> add(
                pid,
                tid,
                stack,
                wait,
                probes.leaf(probe),
                counts.get(probe).of(total.count()),
                sums.get(probe).of(total.sum())));
        boolean offCpu = probes.hasOffCpu();
        totals.forEachWait((pid, tid, since, woken, stack, wait) -> {
            long from = offCpu ? since : woken; // who is not woken yet waits for no CPU
            if (from != 0) {
                add(pid, tid, stack, wait, null, 1, Math.max(0, end - from));
            }
        });
    }

    /** By row: the events that were taken, and those that they stand for. */
    private static long[][] events(Walker walker, Probes probes) {
        long[][] events = new long[probes.names().size()][2];
        walker.totals().forEachTotal((probe, pid, tid, stack, key, wait, total) -> events[probe][0] += total.count());
        for (int row = 0; row < events.length; row++) {
            events[row][1] = probes.isSampled(row) ? walker.probeEvents(row) : events[row][0];
        }
        return events;
    }

    private void add(int pid, int tid, long stack, int wait, String leaf, long count, long sum) {
        Known known = stacks.get(stack);
        int thread = threadIds.computeIfAbsent(key(pid, tid), k -> profile.thread(pid, tid, "", null));
        if (known == null) {
            boolean before = wait == WaitClass.BEFORE;
            int none = profile.stack(new int[] {profile.frame(before ? BEFORE : NO_STACK)}, 0, 1);
            profile.addAggregate(end, thread, none, event, count, sum);
            if (before) {
                beganBefore += count;
            } else {
                tally.add(StackEnd.NO_USER_REGISTERS, 0, 0, count);
            }
            return;
        }
        tally.add(known.end(), known.flags(), known.frames(), count);
        profile.addAggregate(end, thread, withLeaf(known.stack(), wait, leaf), event, count, sum);
    }

    /** Waits that had begun before the recording, and whose stacks are not known therefore. */
    long beganBefore() {
        return beganBefore;
    }

    /** The stack, with a leaf that says what kind of wait it is, or which function has just returned. */
    private int withLeaf(int stack, int wait, String leaf) {
        if (wait == WaitClass.NONE && leaf == null) {
            return stack;
        }
        return withLeaf.computeIfAbsent(new Leaf(stack, wait, leaf), key -> {
            int[] frames = profile.frames(stack);
            int[] more = new int[frames.length + 1];
            System.arraycopy(frames, 0, more, 1, frames.length);
            more[0] = profile.frame(
                    leaf == null
                            ? Frame.marker("[" + WaitClass.of(profile, frames, wait) + "]")
                            : Frame.symbol(leaf.contains("::") ? FrameType.CPP : FrameType.NATIVE, leaf, null));
            return profile.stack(more, 0, more.length);
        });
    }
}
