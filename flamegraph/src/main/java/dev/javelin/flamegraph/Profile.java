package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a recording collected of one event: interned frames, stacks and threads, a sample count and a summed value per (stack, thread),
 * and, if asked for, every sample. The profiles of a recording's events share frames, stacks and threads: see {@link #another}.
 *
 * <p>Threading: one thread writes; reading needs a happens-before edge from the last write. Nothing is allocated for a
 * sample whose frames, stack and thread are known, other than the growth of arrays. Ids are dense and start at 0, and stay
 * valid for the profile's life.
 *
 * <p>Memory: about 16 bytes per new node of the stack tree, 32 per (stack, thread) pair and, with samples, about 9 bytes
 * per sample; {@link JfrStream} writes samples out while the recording runs, so that hours of them need no memory.
 */
public final class Profile {
    /** Receives samples in the order in which they were added. */
    @FunctionalInterface
    public interface SampleVisitor {
        /** One sample; the arguments are those of {@link Profile#sample}. */
        void sample(long timeNanos, int thread, int cpu, int stack, long value);
    }

    /** Receives one (stack, thread) pair. */
    @FunctionalInterface
    public interface AggregateVisitor {
        /** {@code count} samples of {@code thread} had this stack; their values sum up to {@code value}. */
        void aggregate(int stack, int thread, long count, long value);
    }

    /**
     * Events that were counted and summed up before they came here.
     *
     * @param timeNanos CLOCK_MONOTONIC of when they were read, nanoseconds
     */
    record AggregateEntry(long timeNanos, int thread, int stack, String event, long count, long total) {}

    /** The stack without frames. */
    public static final int EMPTY_STACK = 0;

    private final boolean keepSamples;
    private final Map<Frame, Integer> frameIds;
    private final List<Frame> frames;
    private final Map<ThreadInfo, Integer> threadIds;
    private final List<ThreadInfo> threads;
    private final StackTree stacks;
    private final Aggregate aggregate = new Aggregate();
    private final SampleStore samples = new SampleStore();
    private final List<AggregateEntry> aggregateEntries = new ArrayList<>();
    private long sampleCount;
    private long totalValue;

    /**
     * An empty profile.
     *
     * @param keepSamples true to keep every sample, and each frame's line and bytecode index, as a JFR file needs them;
     *     false to keep only the aggregates of methods that a flame graph is made of, so that the profile stops growing
     *     when no new stacks come: {@link #frame} then forgets lines and bytecode indices
     */
    public Profile(boolean keepSamples) {
        this.keepSamples = keepSamples;
        this.frameIds = new HashMap<>();
        this.frames = new ArrayList<>();
        this.threadIds = new HashMap<>();
        this.threads = new ArrayList<>();
        this.stacks = new StackTree();
    }

    private Profile(Profile other) {
        this.keepSamples = other.keepSamples;
        this.frameIds = other.frameIds;
        this.frames = other.frames;
        this.threadIds = other.threadIds;
        this.threads = other.threads;
        this.stacks = other.stacks;
    }

    /**
     * An empty profile for another event of the same recording. Ids of frames, stacks and threads mean the same in both; one thread writes
     * both.
     */
    public Profile another() {
        return new Profile(this);
    }

    /** Whether ids mean the same in both. */
    boolean isOfSameRecording(Profile other) {
        return stacks == other.stacks;
    }

    /** Whether single samples are kept. */
    public boolean keepsSamples() {
        return keepSamples;
    }

    /** The id of an equal frame, known or new. */
    public int frame(Frame frame) {
        Frame key = keepSamples ? frame : frame.withoutPosition();
        Integer id = frameIds.get(key);
        if (id == null) {
            id = frames.size();
            frames.add(key);
            frameIds.put(key, id);
        }
        return id;
    }

    /** The frame with this id. */
    public Frame frame(int id) {
        return frames.get(id);
    }

    /** Number of different frames; ids are below it. */
    public int frameCount() {
        return frames.size();
    }

    /**
     * The id of a stack, known or new.
     *
     * @param frameIds ids of frames, leaf first
     * @param from index of the leaf frame
     * @param to index after the root frame
     */
    public int stack(int[] frameIds, int from, int to) {
        int node = EMPTY_STACK;
        for (int i = to - 1; i >= from; i--) {
            node = stacks.child(node, frameIds[i]);
        }
        return node;
    }

    /** All ids of stacks, and of the callers in them that no sample need have, are below this number. */
    public int stackLimit() {
        return stacks.size();
    }

    /** The stack without its leaf frame; -1 for {@link #EMPTY_STACK}. */
    public int callerStack(int stack) {
        return stacks.parent(stack);
    }

    /** The id of the leaf frame; -1 for {@link #EMPTY_STACK}. */
    public int leafFrame(int stack) {
        return stacks.frame(stack);
    }

    /** Number of frames of a stack. */
    public int depth(int stack) {
        return stacks.depth(stack);
    }

    /** The ids of a stack's frames, leaf first. */
    public int[] frames(int stack) {
        int[] ids = new int[stacks.depth(stack)];
        int i = 0;
        for (int node = stack; node != EMPTY_STACK; node = stacks.parent(node)) {
            ids[i++] = stacks.frame(node);
        }
        return ids;
    }

    /**
     * The id of a thread, known or new. Threads with the same ids and different names are different threads, since the
     * kernel reuses its ids.
     *
     * @param javaName name of the Java thread, null if there is none
     */
    public int thread(int pid, int tid, String osName, String javaName) {
        ThreadInfo key = new ThreadInfo(pid, tid, osName, javaName);
        Integer id = threadIds.get(key);
        if (id == null) {
            id = threads.size();
            threads.add(key);
            threadIds.put(key, id);
        }
        return id;
    }

    /** Gives a thread the name that became known after it was first seen; its samples so far get the new name, too. */
    public void threadName(int id, String javaName) {
        ThreadInfo old = threads.get(id);
        ThreadInfo renamed = new ThreadInfo(old.pid(), old.tid(), old.osName(), javaName);
        threads.set(id, renamed);
        threadIds.remove(old, id);
        threadIds.putIfAbsent(renamed, id);
    }

    /** The thread with this id. */
    public ThreadInfo thread(int id) {
        return threads.get(id);
    }

    /** Number of threads; ids are below it. */
    public int threadCount() {
        return threads.size();
    }

    /**
     * Adds a sample.
     *
     * @param timeNanos CLOCK_MONOTONIC, nanoseconds; samples of different CPUs need not be in order
     * @param thread id from {@link #thread(int, int, String, String)}
     * @param cpu number of the CPU
     * @param stack id from {@link #stack}
     * @param value the sample's weight, in the unit of {@link RecordingInfo#unit()}
     */
    public void sample(long timeNanos, int thread, int cpu, int stack, long value) {
        if (keepSamples) {
            samples.add(timeNanos, thread, cpu, stack, value);
        }
        add(stack, thread, 1, value);
    }

    /** Adds {@code count} samples that are known only as an aggregate; they are not among the single samples. */
    public void add(int stack, int thread, long count, long value) {
        aggregate.add(stack, thread, count, value);
        sampleCount += count;
        totalValue += value;
    }

    /**
     * Adds events that were counted and summed up elsewhere, such as in the kernel: each counts as a sample. A profile that
     * keeps samples keeps this as one entry.
     *
     * @param timeNanos CLOCK_MONOTONIC of when they were read, nanoseconds
     * @param thread id from {@link #thread(int, int, String, String)}
     * @param stack id from {@link #stack}
     * @param event the event's name, as it is shown
     * @param count how many there were
     * @param total sum of their values, in the unit of {@link RecordingInfo#unit()}
     */
    public void addAggregate(long timeNanos, int thread, int stack, String event, long count, long total) {
        if (keepSamples) {
            aggregateEntries.add(new AggregateEntry(timeNanos, thread, stack, event, count, total));
        }
        add(stack, thread, count, total);
    }

    /** Number of samples added. */
    public long sampleCount() {
        return sampleCount;
    }

    /** Sum of the values of all samples. */
    public long totalValue() {
        return totalValue;
    }

    /** Visits every (stack, thread) pair once, in the order of its first sample. */
    public void forEachAggregate(AggregateVisitor visitor) {
        for (int i = 0; i < aggregate.size(); i++) {
            visitor.aggregate(aggregate.stack(i), aggregate.thread(i), aggregate.count(i), aggregate.value(i));
        }
    }

    /** Visits the samples that are kept and were not dropped since. */
    public void forEachSample(SampleVisitor visitor) {
        samples.forEach(visitor);
    }

    /** Number of single samples and of entries of {@link #addAggregate} held now. */
    public long keptSamples() {
        return samples.size() + aggregateEntries.size();
    }

    /** Bytes that the single samples take now. */
    public long keptSampleBytes() {
        return samples.bytes();
    }

    /** What {@link #addAggregate} added, as far as it is kept and was not dropped since. */
    List<AggregateEntry> aggregateEntries() {
        return Collections.unmodifiableList(aggregateEntries);
    }

    /** Forgets the single samples and entries, after they were written out; the aggregates stay. */
    void dropSamples() {
        samples.clear();
        aggregateEntries.clear();
    }
}
