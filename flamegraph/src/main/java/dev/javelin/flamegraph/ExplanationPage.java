package dev.javelin.flamegraph;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;

/**
 * Writes the page of an explanation: the parts of all calls and of the slow ones as bars and as a table, and a histogram of the
 * calls. The flame graphs and the slowest calls are drawn by its script.
 */
final class ExplanationPage {
    private static final HtmlPage PAGE = new HtmlPage(
            "explain.html",
            List.of("theme.css", "latency.css", "explain.css"),
            List.of(
                    "latency.js",
                    "decode.js",
                    "model.js",
                    "elements.js",
                    "graph.js",
                    "explain.js",
                    "calls.js",
                    "explain-main.js"));

    /** Pixels. */
    private static final int WIDEST_BAR = 1166;

    private static final int PADDING = 7;
    private static final double CHARACTER = 6.8;

    private static final String HEADS = "<th scope=\"col\" class=\"first\">Time</th><th scope=\"col\">Share</th>"
            + "<th scope=\"col\">Per call</th>";

    private final Explanation explanation;
    private final RecordingInfo info;
    private final List<PartSum> parts;

    private ExplanationPage(Explanation explanation, RecordingInfo info) {
        this.explanation = explanation;
        this.info = info;
        this.parts = PartSum.of(explanation);
    }

    static void write(Explanation explanation, RecordingInfo info, Writer out) throws IOException {
        ExplanationPage page = new ExplanationPage(explanation, info);
        PAGE.write(out, part -> switch (part) {
            case "title" -> HtmlPage.escaped(info.title());
            case "chips" -> page.chips();
            case "facts" -> PageHeader.facts(info);
            case "method" -> HtmlPage.escaped(explanation.method());
            case "bars" -> page.bars();
            case "note" -> page.note();
            case "rows" -> page.rows(true);
            case "tasks" -> tasks(explanation, info);
            case "chart" -> page.chart();
            case "data" -> new ExplanationData(explanation).packed();
            default -> throw new IllegalStateException("unknown part of the page: " + part);
        });
    }

    private String chips() {
        Explanation.Slow slow = explanation.slow();
        return PageHeader.chip("", PageHeader.counted(explanation.calls(), "call"))
                + PageHeader.chip(
                        "",
                        PageHeader.counted(slow.calls()) + " slow, from " + Nanos.unicode(slow.thresholdNanos())
                                + " on")
                + goingOn()
                + (info.lost() > 0 ? PageHeader.chip(" warn", PageHeader.counted(info.lost()) + " lost") : "")
                + PageHeader.chip("", Nanos.unicode(info.duration().toNanos()));
    }

    private String goingOn() {
        Explanation.GoingOn open = explanation.goingOn();
        return explanation.mayHang()
                ? PageHeader.chip(
                        " warn",
                        PageHeader.counted(open.calls()) + " going on, the longest for "
                                + Nanos.unicode(open.longestNanos()))
                : "";
    }

    private String bars() {
        Explanation.Slow slow = explanation.slow();
        StringBuilder out = new StringBuilder();
        bar(out, "all", "All calls", explanation.calls(), explanation.elapsedNanos());
        bar(out, "slow", "Slow calls", slow.calls(), slow.elapsedNanos());
        return out.toString();
    }

    private void bar(StringBuilder out, String column, String name, long calls, long elapsed) {
        out.append("<figure class=\"share\">\n<figcaption><b>").append(name).append("</b> ");
        if (calls == 0) {
            out.append("none");
        } else {
            out.append(PageHeader.counted(calls)).append(" \u00b7 ").append(Nanos.unicode(elapsed));
            out.append(" \u00b7 ")
                    .append(Nanos.unicode((double) elapsed / calls))
                    .append(" each");
        }
        out.append("</figcaption>\n");
        long sum = parts.stream().mapToLong(part -> time(part, column)).sum();
        double whole = Math.max(sum, elapsed);
        out.append("<svg class=\"stacked\" role=\"img\" aria-label=\"")
                .append(name)
                .append(": ")
                .append(calls == 0 ? "none" : spoken(column, elapsed))
                .append("\">");
        double at = 0;
        for (PartSum part : parts) {
            double share = whole > 0 ? 100 * time(part, column) / whole : 0;
            if (share > 0) {
                piece(out, part, column, at, share, elapsed);
                at += share;
            }
        }
        if (sum < elapsed) {
            String missing = "not seen: " + time(elapsed - sum, elapsed);
            String label = label("not seen", PartSum.share(elapsed - sum, elapsed), 100 - at);
            out.append(piece("missing", "", at, 100 - at, missing, label));
        }
        out.append("</svg>\n</figure>\n");
    }

    private String spoken(String column, long elapsed) {
        StringBuilder out = new StringBuilder();
        for (PartSum part : parts) {
            if (time(part, column) > 0) {
                out.append(out.isEmpty() ? "" : ", ")
                        .append(part.part().text())
                        .append(' ')
                        .append(HtmlPage.escaped(PartSum.share(time(part, column), elapsed)));
            }
        }
        return out.toString();
    }

    private static void piece(StringBuilder out, PartSum part, String column, double at, double share, long elapsed) {
        String name = part.part().text();
        String data = " data-part=\"" + part.part().ordinal() + "\" data-column=\"" + column + "\"";
        out.append(piece(
                "part " + ExplanationData.style(part.part()),
                data,
                at,
                share,
                name + ": " + time(time(part, column), elapsed),
                label(name, PartSum.share(time(part, column), elapsed), share)));
    }

    /** As much as has room in a piece of a bar that is as wide as the page lets it be. */
    private static String label(String name, String percent, double share) {
        double characters = (share / 100 * WIDEST_BAR - 2 * PADDING) / CHARACTER;
        String both = name + " " + percent;
        return both.length() <= characters ? both : name.length() <= characters ? name : "";
    }

    private static String piece(String style, String data, double at, double share, String title, String label) {
        String text = label.isEmpty()
                ? ""
                : "<text x=\"" + PADDING + "\" y=\"50%\" dominant-baseline=\"central\">" + HtmlPage.escaped(label)
                        + "</text>";
        return String.format(
                Locale.ROOT,
                "<svg class=\"%s\"%s x=\"%.3f%%\" width=\"%.3f%%\" height=\"100%%\"><title>%s</title>"
                        + "<rect width=\"100%%\" height=\"100%%\"/>%s</svg>",
                style,
                data,
                at,
                share,
                HtmlPage.escaped(title),
                text);
    }

    private static long time(PartSum part, String column) {
        return column.equals("slow") ? part.slow() : part.all();
    }

    private static String time(long nanos, long whole) {
        return Nanos.unicode(nanos) + ", " + PartSum.share(nanos, whole);
    }

    private String note() {
        String mismatch = PartSum.mismatch(explanation);
        return mismatch.isEmpty() ? "" : "<p class=\"note\">" + HtmlPage.escaped(mismatch) + "</p>\n";
    }

    /** What the tasks did in other threads; empty if they were not followed. */
    private static String tasks(Explanation explanation, RecordingInfo info) {
        Explanation.HandedOver tasks = explanation.handedOver();
        if (tasks == null) {
            return "";
        }
        ExplanationPage page = new ExplanationPage(explanation.ofTasks(), info);
        StringBuilder out = new StringBuilder();
        out.append("<section aria-labelledby=\"tasks\">\n<h2 id=\"tasks\">Handed over to other threads</h2>\n<p>")
                .append(PageHeader.counted(tasks.tasks(), "task"))
                .append(" \u00b7 ")
                .append(Nanos.unicode(tasks.allNanos()))
                .append("; of slow calls ")
                .append(PageHeader.counted(tasks.slowTasks(), "task"))
                .append(" \u00b7 ")
                .append(Nanos.unicode(tasks.slowNanos()))
                .append("</p>\n");
        if (tasks.lost() > 0) {
            out.append("<p class=\"note\">")
                    .append(ExplanationText.lost(tasks.lost()))
                    .append("</p>\n");
        }
        return out.append("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"What the tasks did\">\n")
                .append("<table class=\"parts\">\n<thead>\n<tr><th scope=\"col\" rowspan=\"2\">Part</th>")
                .append("<th scope=\"colgroup\" colspan=\"3\" class=\"first\">All calls</th>")
                .append("<th scope=\"colgroup\" colspan=\"3\" class=\"first\">Slow calls</th></tr>\n<tr>")
                .append(HEADS.repeat(2))
                .append("</tr>\n</thead>\n<tbody>\n")
                .append(page.rows(false))
                .append("</tbody>\n</table>\n</div>\n</section>\n")
                .toString();
    }

    /** A row for each part; {@code graphs} are drawn of those that the script knows. */
    private String rows(boolean graphs) {
        StringBuilder out = new StringBuilder();
        for (PartSum part : parts) {
            String style = ExplanationData.style(part.part());
            out.append("<tr><th scope=\"row\">");
            if (graphs) {
                out.append("<button type=\"button\" class=\"open\" data-part=\"")
                        .append(part.part().ordinal())
                        .append("\" aria-expanded=\"false\" aria-controls=\"part\">");
            }
            out.append("<svg class=\"key ")
                    .append(style)
                    .append("\" aria-hidden=\"true\"><rect width=\"100%\" height=\"100%\"/></svg>")
                    .append(part.part().text())
                    .append(graphs ? "</button>" : "");
            if (!part.details().isEmpty()) {
                String name = HtmlPage.escaped(part.details().get(0).name());
                int others = part.details().size() - 1;
                out.append("<div class=\"detail\"><span>").append(name).append("</span>");
                out.append(others == 0 ? "" : " <i>+" + PageHeader.counted(others) + "</i>");
                out.append("</div>");
            }
            out.append("</th>");
            cells(out, style, part.all(), explanation.elapsedNanos(), explanation.calls());
            cells(
                    out,
                    style,
                    part.slow(),
                    explanation.slow().elapsedNanos(),
                    explanation.slow().calls());
            out.append("</tr>\n");
        }
        return out.toString();
    }

    /** Time, share with a bar, and time per call. */
    private static void cells(StringBuilder out, String style, long nanos, long elapsed, long calls) {
        boolean any = calls > 0 && nanos > 0;
        out.append("<td class=\"first\">")
                .append(any ? Nanos.unicode(nanos) : "\u2013")
                .append("</td><td>");
        if (any) {
            double share = elapsed > 0 ? Math.min(100, 100.0 * nanos / elapsed) : 0;
            out.append(String.format(
                    Locale.ROOT,
                    "<svg class=\"meter %s\" aria-hidden=\"true\"><rect width=\"%.2f%%\" height=\"100%%\"/></svg>"
                            + "<span>%s</span>",
                    style,
                    share,
                    HtmlPage.escaped(PartSum.share(nanos, elapsed))));
        }
        out.append("</td><td>")
                .append(any ? Nanos.unicode((double) nanos / calls) : "\u2013")
                .append("</td>");
    }

    private String chart() {
        long threshold = explanation.slow().thresholdNanos();
        boolean known = threshold > 0 && threshold < Long.MAX_VALUE;
        return LatencyChart.of("calls", explanation.method(), explanation.latencies(), known ? threshold : 0);
    }
}
