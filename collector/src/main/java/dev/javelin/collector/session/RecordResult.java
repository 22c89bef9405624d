package dev.javelin.collector.session;

/**
 * How a recording ended.
 *
 * @param samples the number of samples in the report
 * @param summary one line: samples, share of complete stacks, losses by reason, BPF time per sample, CPU time of the
 *     collector
 */
public record RecordResult(long samples, String summary) {}
