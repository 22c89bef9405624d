package dev.javelin.collector.attach;

import dev.javelin.flamegraph.Latencies;
import dev.javelin.flamegraph.LogLinear;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Where things are in the memory that {@code dev.javelin.agent.calls.Calls} keeps, whose offsets stand there.
 *
 * @param slots address of the threads' slots
 * @param capacity how many these are
 * @param stripes of a probe's block
 * @param firstStripe bytes from the block's begin
 * @param stripeBytes the size of a stripe
 * @param firstBucket bytes from the stripe's begin
 * @param buckets of a stripe, numbered as in {@code LogLinear}
 * @param eetop bytes from a java.lang.Thread to its field of this name
 * @param tid the same
 * @param continuationTarget bytes from a Continuation to its field {@code target}; 0 if this JDK has none
 * @param targetThread bytes from a virtual thread's target to the thread; 0 if this JDK has none
 */
record BlockLayout(
        long slots,
        int capacity,
        int stripes,
        int firstStripe,
        int stripeBytes,
        int firstBucket,
        int buckets,
        int eetop,
        int tid,
        int continuationTarget,
        int targetThread) {
    private static final int SLOTLESS = 56;
    private static final int HEAD_BYTES = SLOTLESS + 8;
    /** Of a stripe. */
    private static final int SUM = 0;

    private static final int GREATEST = 8;
    /** {@link Long#MAX_VALUE} less the least. */
    private static final int LEAST = 16;

    /** Words of the agent's line. */
    private static final int FIELDS = 12;
    /** As the BPF programs have it (LOG2_SLOTS of slots.h). */
    private static final int SLOTS = 1 << 16;

    private static final int SLOT_BYTES = 128;
    /** User space of x86-64, but for that of five-level page tables, which is to be asked for. */
    private static final long ADDRESSES = 1L << 47;

    private static final int MOST_STRIPES = 1 << 6;
    /** Also of a field in a Thread, which takes some hundred bytes. */
    private static final int LARGEST_GAP = 1 << 12;

    private static final int STRIPE_HEAD_BYTES = LEAST + 8;

    /**
     * The line that the agent answers with.
     *
     * @throws IllegalArgumentException if no agent answers so
     */
    static BlockLayout of(List<String> line) {
        if (line.size() != FIELDS || !line.get(0).equals("layout")) {
            throw new IllegalArgumentException("no layout");
        }
        int[] numbers = line.subList(2, line.size()).stream()
                .mapToInt(Integer::parseInt)
                .toArray();
        BlockLayout layout = new BlockLayout(
                Long.parseLong(line.get(1)),
                numbers[0],
                numbers[1],
                numbers[2],
                numbers[3],
                numbers[4],
                numbers[5],
                numbers[6],
                numbers[7],
                numbers[8],
                numbers[9]);
        if (!layout.isPossible()) {
            throw new IllegalArgumentException("impossible " + layout);
        }
        return layout;
    }

    private boolean isPossible() {
        return isAddress(slots, (long) SLOTS * SLOT_BYTES)
                && slots % SLOT_BYTES == 0
                && capacity == SLOTS
                && stripes > 0
                && stripes <= MOST_STRIPES
                && buckets == LogLinear.BUCKETS
                && isGap(firstStripe, HEAD_BYTES)
                && isGap(firstBucket, STRIPE_HEAD_BYTES)
                && isGap(stripeBytes - firstBucket - 8 * buckets, 0)
                && isGap(eetop, 8)
                && isGap(tid, 8)
                && isGap(continuationTarget, 0)
                && isGap(targetThread, 0);
    }

    private static boolean isGap(int bytes, int least) {
        return bytes >= least && bytes <= LARGEST_GAP;
    }

    /** Whether so many bytes can be there, in user space. */
    static boolean isAddress(long address, long bytes) {
        return address > 0 && address <= ADDRESSES - bytes && address % 8 == 0;
    }

    int blockBytes() {
        return firstStripe + stripes * stripeBytes;
    }

    /** The calls of a block that found no slot. */
    long slotless(ByteBuffer block) {
        return block.getLong(SLOTLESS);
    }

    /** What a block counted. */
    Latencies latencies(ByteBuffer block) {
        Latencies latencies = new Latencies();
        for (int i = 0; i < stripes; i++) {
            int stripe = firstStripe + i * stripeBytes;
            long count = 0;
            for (int bucket = 0; bucket < buckets; bucket++) {
                long values = block.getLong(stripe + firstBucket + 8 * bucket);
                if (values > 0) {
                    latencies.addBucket(bucket, values);
                    count += values;
                }
            }
            latencies.addExact(
                    count,
                    block.getLong(stripe + SUM),
                    Long.MAX_VALUE - block.getLong(stripe + LEAST),
                    block.getLong(stripe + GREATEST));
        }
        return latencies;
    }
}
