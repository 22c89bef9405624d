package dev.javelin.flamegraph;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes the flame graph page, with the events of a recording side by side. All texts of the target are in the packed data, but for the
 * title, which is escaped.
 */
final class HtmlWriter {
    private static final HtmlPage PAGE = new HtmlPage(
            "page.html",
            List.of("theme.css", "style.css", "views.css"),
            List.of("decode.js", "model.js", "elements.js", "graph.js", "views.js", "header.js", "main.js"));

    private HtmlWriter() {}

    /** {@code profiles} are those of the info's events. */
    static void write(List<Profile> profiles, RecordingInfo info, ReportOptions options, Writer out)
            throws IOException {
        PAGE.write(out, part -> switch (part) {
            case "title" -> HtmlPage.escaped(options.title() == null ? info.title() : options.title());
            case "profiles" -> packed(profiles, info, options);
            default -> throw new IllegalStateException("unknown part of the page: " + part);
        });
    }

    private static String packed(List<Profile> profiles, RecordingInfo info, ReportOptions options) {
        List<HtmlData> events = new ArrayList<>();
        for (int i = 0; i < profiles.size(); i++) {
            events.add(new HtmlData(profiles.get(i), info, info.events().get(i), options));
        }
        return events.stream()
                .map(data -> "<script class=\"profile\" type=\"application/octet-stream\">" + data.packed(events)
                        + "</script>")
                .collect(Collectors.joining("\n"));
    }
}
