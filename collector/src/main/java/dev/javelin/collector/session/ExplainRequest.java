package dev.javelin.collector.session;

/**
 * What is to be explained.
 *
 * @param method as it was asked for
 * @param slowerThanNanos from which time on a call is slow; 0: the slowest hundredth of all are
 */
public record ExplainRequest(String method, ProbedCalls calls, long slowerThanNanos) {}
