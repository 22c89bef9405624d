package dev.javelin.collector.session;

import dev.javelin.collector.walker.Probes;
import dev.javelin.flamegraph.ReportOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongFunction;

/**
 * What to record, as asked for on the command line and already checked there.
 *
 * @param pids the processes to record, in the order given, as this process sees them; empty when {@code all}
 * @param all whether every JVM on the host is recorded, also those that start during the recording
 * @param events what is recorded, at least one; at most one of them is sampled, by the clock or by a counter
 * @param probes what is counted, for those events that have rows here
 * @param duration how long to record, or null until {@link RecordSession#stop} or until every target has ended
 * @param output the file to write, null for none; its extension names the format and file patterns are already expanded
 * @param maxDepth the most frames of a stack, 1 to 2048
 * @param kernelFrames whether kernel frames are shown
 * @param userFrames whether Java, JVM and native frames are shown
 * @param report how the report is made from the samples
 * @param commandLine the command as it was typed, for the report's header
 * @param keyLabel what the keys of latencies are called; gives null where there are none
 * @param explain the calls that are to be explained, beside the probes; null for none
 * @param verbose whether details of use to a developer of Javelin may be printed to the messages
 */
public record RecordRequest(
        List<Integer> pids,
        boolean all,
        List<EventRequest> events,
        Probes probes,
        Duration duration,
        Path output,
        int maxDepth,
        boolean kernelFrames,
        boolean userFrames,
        ReportOptions report,
        String commandLine,
        boolean verbose,
        LongFunction<String> keyLabel,
        ExplainRequest explain) {
    public RecordRequest {
        pids = List.copyOf(pids);
        events = List.copyOf(events);
    }

    /** Of one event, to which all the probes belong. */
    public RecordRequest(
            List<Integer> pids,
            boolean all,
            String event,
            Probes probes,
            long intervalNanos,
            Duration duration,
            Path output,
            int maxDepth,
            boolean kernelFrames,
            boolean userFrames,
            ReportOptions report,
            String commandLine,
            boolean verbose,
            LongFunction<String> keyLabel,
            ExplainRequest explain) {
        this(
                pids,
                all,
                List.of(EventRequest.only(event, intervalNanos, probes)),
                probes,
                duration,
                output,
                maxDepth,
                kernelFrames,
                userFrames,
                report,
                commandLine,
                verbose,
                keyLabel,
                explain);
    }

    /** The same without calls to be explained. */
    public RecordRequest(
            List<Integer> pids,
            boolean all,
            String event,
            Probes probes,
            long intervalNanos,
            Duration duration,
            Path output,
            int maxDepth,
            boolean kernelFrames,
            boolean userFrames,
            ReportOptions report,
            String commandLine,
            boolean verbose,
            LongFunction<String> keyLabel) {
        this(
                pids,
                all,
                event,
                probes,
                intervalNanos,
                duration,
                output,
                maxDepth,
                kernelFrames,
                userFrames,
                report,
                commandLine,
                verbose,
                keyLabel,
                null);
    }

    /** The index of the event that the clock or a counter samples; -1 if there is none. */
    public int sampled() {
        for (int i = 0; i < events.size(); i++) {
            List<Integer> rows = events.get(i).rows();
            if (rows.isEmpty() || rows.contains(probes.onCpuRow()) || rows.contains(probes.callsRow())) {
                return i;
            }
        }
        return -1;
    }

    /** Of that event; 0 if there is none. */
    public long intervalNanos() {
        return sampled() < 0 ? 0 : events.get(sampled()).interval();
    }
}
