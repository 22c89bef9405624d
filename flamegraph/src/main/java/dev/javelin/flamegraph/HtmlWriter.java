package dev.javelin.flamegraph;

import java.io.IOException;
import java.io.Writer;

/** Writes the flame graph page. */
final class HtmlWriter {
    private HtmlWriter() {}

    static void write(Profile profile, RecordingInfo info, ReportOptions options, Writer out) throws IOException {
        out.write(options.title() == null ? info.title() : options.title());
        CollapsedWriter.write(profile, info, options, out);
    }
}
