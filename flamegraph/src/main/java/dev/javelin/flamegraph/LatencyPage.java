package dev.javelin.flamegraph;

import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** Writes the page of latencies: what was recorded, and for each probe a chart and a table of its keys. */
final class LatencyPage {
    private static final HtmlPage PAGE =
            new HtmlPage("latency.html", List.of("theme.css", "latency.css"), List.of("latency.js"));
    private static final List<String> HEADS = List.of("Count", "Total", "Mean", "p50", "p90", "p99", "p99.9", "Max");

    private final List<LatencyTable> tables;
    private final RecordingInfo info;

    private LatencyPage(List<LatencyTable> tables, RecordingInfo info) {
        this.tables = LatencyTable.longestFirst(tables);
        this.info = info;
    }

    static void write(List<LatencyTable> tables, RecordingInfo info, Writer out) throws IOException {
        LatencyPage page = new LatencyPage(tables, info);
        PAGE.write(out, part -> switch (part) {
            case "title" -> HtmlPage.escaped(info.title());
            case "chips" -> page.chips();
            case "facts" -> PageHeader.facts(info);
            case "probes" -> page.probes();
            default -> throw new IllegalStateException("unknown part of the page: " + part);
        });
    }

    private String chips() {
        long count = tables.stream().mapToLong(table -> table.all().count()).sum();
        return PageHeader.chip("", PageHeader.counted(count, "event"))
                + PageHeader.chip("", PageHeader.counted(tables.size(), "probe"))
                + (info.lost() > 0 ? PageHeader.chip(" warn", PageHeader.counted(info.lost()) + " lost") : "")
                + PageHeader.chip("", Nanos.unicode(info.duration().toNanos()));
    }

    private String probes() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < tables.size(); i++) {
            probe(out, "probe-" + (i + 1), tables.get(i));
        }
        return out.toString();
    }

    private static void probe(StringBuilder out, String id, LatencyTable table) {
        Quantity quantity = table.quantity();
        String name = HtmlPage.escaped(table.shown());
        out.append("<section aria-labelledby=\"").append(id).append("\">\n");
        out.append("<h2 id=\"").append(id).append("\">").append(name).append("</h2>\n<p class=\"chips\">");
        out.append(PageHeader.chip("", PageHeader.counted(table.all().count(), "event")));
        out.append(PageHeader.chip("", quantity.unicode((double) table.all().total()) + " in all"));
        if (table.lost() > 0) {
            out.append(PageHeader.chip(" warn", PageHeader.counted(table.lost()) + " lost"));
        }
        if (table.negative() > 0) {
            out.append(PageHeader.chip(" warn", PageHeader.counted(table.negative()) + " negative, left out"));
        }
        out.append("</p>\n<div class=\"scroll\">").append(chart(id, table));
        out.append("</div>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-labelledby=\"")
                .append(id)
                .append("\">");
        out.append("<table>\n<thead><tr><th scope=\"col\">Key</th>");
        HEADS.forEach(head -> out.append("<th scope=\"col\">").append(head).append("</th>"));
        out.append("</tr></thead>\n<tbody>\n");
        row(out, " class=\"all\"", "all", quantity, table.all());
        table.rows().forEach(row -> row(out, "", HtmlPage.escaped(row.key()), quantity, row.latencies()));
        out.append("</tbody></table></div>\n</section>\n");
    }

    private static String chart(String id, LatencyTable table) {
        return table.quantity() == Quantity.TIME
                ? LatencyChart.of(id, table.probe(), table.all())
                : LatencyChart.ofNumbers(id, table.shown(), table.all());
    }

    private static void row(StringBuilder out, String attributes, String name, Quantity quantity, Latencies latencies) {
        out.append("<tr")
                .append(attributes)
                .append("><th scope=\"row\">")
                .append(name)
                .append("</th>");
        boolean any = latencies.count() > 0;
        cell(out, PageHeader.counted(latencies.count()));
        cell(out, quantity.unicode((double) latencies.total()));
        cell(out, any ? quantity.unicode(latencies.mean()) : "\u2013");
        for (double percent : new double[] {50, 90, 99, 99.9}) {
            long value = latencies.percentile(percent);
            cell(out, value < 0 ? "\u2013" : quantity.unicode((double) value));
        }
        cell(out, any ? quantity.unicode((double) latencies.max()) : "\u2013");
        out.append("</tr>\n");
    }

    private static void cell(StringBuilder out, String text) {
        out.append("<td>").append(text).append("</td>");
    }
}
