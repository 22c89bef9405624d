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
 * @param event {@code cpu} or the name of a hardware event such as {@code cycles} or {@code cache-misses}, or that of the probes
 * @param probes what is recorded instead of samples; none for those two
 * @param intervalNanos for {@code cpu} the nanoseconds between two samples of a CPU (at least 100,000); for a hardware
 *     event how many events make a sample (at least 1,000)
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
    public RecordRequest {
        pids = List.copyOf(pids);
    }

    /** Without calls to be explained. */
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
}
