package dev.javelin.flamegraph;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * HdrHistogram's own log: an interval as long as the recording for each probe, tagged with its name, and for each of its keys,
 * tagged with probe, semicolon and key. Times are in nanoseconds; the column Interval_Max is in milliseconds, as it is in such
 * logs. Plain numbers are what they are, in that column, too; a comment says so. Names are escaped as in collapsed stacks, and so are blanks, commas and everything that is not ASCII: tags have none.
 */
final class LatencyLog {
    private static final double NANOS_IN_MILLIS = 1e6;

    private LatencyLog() {}

    static byte[] of(List<LatencyTable> tables, RecordingInfo info) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream stream = new PrintStream(bytes, false, StandardCharsets.US_ASCII)) {
            HistogramLogWriter log = new HistogramLogWriter(stream);
            long start = info.start().toEpochMilli();
            double seconds = info.duration().toNanos() / 1e9;
            log.outputComment("[Latencies in nanoseconds, logged with Javelin " + Text.ascii(info.version()) + "]");
            log.outputLogFormatVersion();
            log.outputBaseTime(start);
            log.outputStartTime(start);
            log.outputLegend();
            for (LatencyTable table : tables) {
                String probe = tag(table.probe());
                if (table.lost() > 0) {
                    log.outputComment("[Lost " + table.lost() + " of " + probe + "]");
                }
                if (table.value() != null) {
                    log.outputComment("[Values of " + probe + " are no times, but its " + Text.ascii(table.value())
                            + ", and Interval_Max is; " + table.negative() + " negative ones are left out]");
                }
                double ratio = table.quantity() == Quantity.TIME ? NANOS_IN_MILLIS : 1;
                log.outputIntervalHistogram(0, seconds, tagged(probe, table.all()), ratio);
                for (LatencyTable.Row row : table.rows()) {
                    log.outputIntervalHistogram(
                            0, seconds, tagged(probe + ";" + tag(row.key()), row.latencies()), ratio);
                }
            }
        }
        return bytes.toByteArray();
    }

    private static Histogram tagged(String tag, Latencies latencies) {
        Histogram histogram = latencies.hdrHistogram();
        histogram.setTag(tag);
        return histogram;
    }

    private static String tag(String name) {
        return Text.ascii(Text.collapsed(name)).replace(" ", "\\u0020").replace(",", "\\u002c");
    }
}
