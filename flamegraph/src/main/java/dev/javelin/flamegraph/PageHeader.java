package dev.javelin.flamegraph;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The header of pages that are written as HTML: chips, and the facts of the recording. */
final class PageHeader {
    private PageHeader() {}

    /** What {@code dl} holds: every fact that is known, escaped. */
    static String facts(RecordingInfo info) {
        StringBuilder out = new StringBuilder();
        fact(out, "Summary", info.summary());
        fact(out, "Command", info.command());
        fact(out, "Version", info.version());
        fact(
                out,
                "Started",
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
                        .format(info.start().atOffset(ZoneOffset.UTC)));
        fact(out, "Duration", Nanos.unicode(info.duration().toNanos()));
        fact(out, "Event", info.event());
        for (RecordingInfo.Target target : info.targets()) {
            fact(out, "Process " + target.pid(), target.command());
            fact(out, "JVM of " + target.pid(), target.runtime());
        }
        info.losses().forEach((reason, count) -> fact(out, "Lost: " + reason, counted(count)));
        info.facts().forEach((name, value) -> fact(out, name, String.valueOf(value)));
        return out.toString();
    }

    private static void fact(StringBuilder out, String name, String value) {
        if (!value.isEmpty()) {
            out.append("<dt>").append(HtmlPage.escaped(name)).append("</dt>");
            out.append("<dd>").append(HtmlPage.escaped(value)).append("</dd>\n");
        }
    }

    /** A chip; {@code style} is empty or begins with a space. */
    static String chip(String style, String text) {
        return "<span class=\"chip" + style + "\">" + text + "</span>";
    }

    static String counted(long count, String what) {
        return counted(count) + " " + what + (count == 1 ? "" : "s");
    }

    static String counted(long count) {
        return Cells.count(count);
    }
}
