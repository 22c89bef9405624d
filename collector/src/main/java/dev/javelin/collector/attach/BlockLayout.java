package dev.javelin.collector.attach;

import dev.javelin.flamegraph.Latencies;
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
        int tid) {
    private static final int SUM = 0;
    private static final int GREATEST = 8;
    /** {@link Long#MAX_VALUE} less the least. */
    private static final int LEAST = 16;

    /** The line that the agent answers with. */
    static BlockLayout of(List<String> line) {
        int[] numbers = line.subList(2, line.size()).stream()
                .mapToInt(Integer::parseInt)
                .toArray();
        return new BlockLayout(
                Long.parseLong(line.get(1)),
                numbers[0],
                numbers[1],
                numbers[2],
                numbers[3],
                numbers[4],
                numbers[5],
                numbers[6],
                numbers[7]);
    }

    int blockBytes() {
        return firstStripe + stripes * stripeBytes;
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
