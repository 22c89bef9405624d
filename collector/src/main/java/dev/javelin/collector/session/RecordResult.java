package dev.javelin.collector.session;

import dev.javelin.flamegraph.Explanation;
import dev.javelin.flamegraph.LatencyTable;
import dev.javelin.flamegraph.RecordingInfo;
import java.util.List;

/**
 * How a recording ended.
 *
 * @param samples the number of samples in the report
 * @param summary one line: samples, share of complete stacks, losses by reason, BPF time per sample, CPU time of the
 *     collector
 * @param info what the report's header says
 * @param latencies a table for each probe whose latency was measured
 * @param explanation where the time of calls went; null if that was not asked for
 */
public record RecordResult(
        long samples, String summary, RecordingInfo info, List<LatencyTable> latencies, Explanation explanation) {
    public RecordResult {
        latencies = List.copyOf(latencies);
    }
}
