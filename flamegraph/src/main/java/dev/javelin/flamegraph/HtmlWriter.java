package dev.javelin.flamegraph;

import java.io.IOException;
import java.io.Writer;
import java.util.List;

/**
 * Writes the flame graph page. All texts of the target are in the packed data, but for the title, which is escaped.
 */
final class HtmlWriter {
    private static final HtmlPage PAGE = new HtmlPage(
            "page.html",
            List.of("theme.css", "style.css", "views.css"),
            List.of("decode.js", "model.js", "elements.js", "graph.js", "views.js", "header.js", "main.js"));

    private HtmlWriter() {}

    static void write(Profile profile, RecordingInfo info, ReportOptions options, Writer out) throws IOException {
        PAGE.write(out, part -> switch (part) {
            case "title" -> HtmlPage.escaped(options.title() == null ? info.title() : options.title());
            case "data" -> new HtmlData(profile, info, options).packed();
            default -> throw new IllegalStateException("unknown part of the page: " + part);
        });
    }
}
