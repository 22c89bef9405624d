package dev.javelin.collector.cli;

import dev.javelin.collector.session.EventRequest;
import dev.javelin.collector.walker.Probes;
import java.util.List;

/**
 * What is to be recorded.
 *
 * @param events those that were asked for
 * @param probes what counts those that are not sampled
 */
record Plan(List<EventRequest> events, Probes probes) {}
