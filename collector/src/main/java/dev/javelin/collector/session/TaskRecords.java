package dev.javelin.collector.session;

/**
 * Where in a target the agent leaves word of tasks that have ended; see its {@code Tasks}.
 *
 * @param state address
 * @param first bytes from there to the first record
 * @param capacity how many records there are, a power of two
 */
public record TaskRecords(long state, int first, int capacity) {}
