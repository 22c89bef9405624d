package dev.javelin.flamegraph;

import java.util.List;
import java.util.Locale;

/**
 * A histogram of latencies, or of values, as SVG: they run to the right by their logarithm, a bar's area is its share of the values, and lines
 * mark percentiles. Lengths are in the units of the view box.
 */
final class LatencyChart {
    private static final int WIDTH = 960;
    private static final int MARGIN = 14;
    private static final int LABEL_ROW = 16;
    private static final int LABEL = 130;
    private static final int FIRST_TOP = 58;
    private static final int BOTTOM = 218;
    private static final int HEIGHT = 244;
    private static final double LEAST_BAR = 1.5;
    /** The span of the axis is at least 1 to this. */
    private static final double LEAST_SPAN = 8;

    private static final int BINS_PER_OCTAVE = 4;
    private static final double[] MARKS = {50, 90, 99};

    private final String name;
    private final Quantity quantity;
    private final Latencies latencies;
    private final double threshold;
    private final int top;
    private final List<Latencies.Bin> bins;
    private double from;
    private double to;
    private final StringBuilder out = new StringBuilder();

    private LatencyChart(String name, Quantity quantity, Latencies latencies, long threshold) {
        this.name = name;
        this.quantity = quantity;
        this.latencies = latencies;
        this.threshold = (double) threshold;
        this.top = threshold > 0 ? FIRST_TOP + LABEL_ROW : FIRST_TOP;
        this.bins = latencies.bins(BINS_PER_OCTAVE);
    }

    /**
     * The element; empty if the histogram is.
     *
     * @param id a prefix for the ids in it
     */
    static String of(String id, String name, Latencies latencies) {
        return of(id, name, latencies, 0);
    }

    /** The same of plain numbers; {@code name} says which. */
    static String ofNumbers(String id, String name, Latencies values) {
        return new LatencyChart(name, Quantity.NUMBER, values, 0).drawn(id);
    }

    /**
     * The element, with those latencies marked that are slow; empty if the histogram is.
     *
     * @param id a prefix for the ids in it
     * @param threshold from which a latency is slow, nanoseconds; 0 to mark none
     */
    static String of(String id, String name, Latencies latencies, long threshold) {
        return new LatencyChart("Latencies of " + name, Quantity.TIME, latencies, threshold).drawn(id);
    }

    private String drawn(String id) {
        return bins.isEmpty() ? "" : draw(id);
    }

    private String draw(String id) {
        from = left(bins.get(0));
        to = right(bins.get(bins.size() - 1));
        if (threshold > 0) {
            from = Math.min(from, threshold / 2.0);
            to = Math.max(to, threshold * 2.0);
        }
        while (to / from < LEAST_SPAN) {
            from /= Math.sqrt(2);
            to *= Math.sqrt(2);
        }
        out.append(String.format(
                Locale.ROOT,
                "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-title\">",
                WIDTH,
                HEIGHT,
                id));
        out.append("<title id=\"")
                .append(id)
                .append("-title\">")
                .append(title())
                .append("</title>");
        axis();
        slowRange();
        bars();
        marks();
        return out.append("</svg>").toString();
    }

    private String title() {
        StringBuilder title = new StringBuilder(HtmlPage.escaped(name));
        for (double percent : MARKS) {
            title.append(", ").append(mark(percent));
        }
        return title.toString();
    }

    private String mark(double percent) {
        return String.format(
                Locale.ROOT, "p%.0f %s", percent, quantity.unicode((double) latencies.percentile(percent)));
    }

    /** Zero has no logarithm; its bar stands left of one nanosecond. */
    private static double left(Latencies.Bin bin) {
        return Math.max((double) bin.lowest(), 0.5);
    }

    private static double right(Latencies.Bin bin) {
        return bin.highest() + 1.0;
    }

    private double x(double nanos) {
        double share = Math.log(Math.max(nanos, from) / from) / Math.log(to / from);
        return MARGIN + share * (WIDTH - 2 * MARGIN);
    }

    private void axis() {
        boolean fine = to / from < 1000;
        for (double decade = 1; decade <= to; decade *= 10) {
            for (int step : fine ? new int[] {1, 2, 5} : new int[] {1}) {
                if (decade * step >= from && decade * step <= to) {
                    tick(decade * step);
                }
            }
        }
        line("axis", MARGIN, BOTTOM, WIDTH - MARGIN, BOTTOM);
    }

    private void tick(double nanos) {
        double x = x(nanos);
        line("grid", x, top, x, BOTTOM + 4);
        String anchor = x < 2 * MARGIN ? "start" : x > WIDTH - 2 * MARGIN ? "end" : "middle";
        text("tick", x, BOTTOM + 18, anchor, quantity.tick(nanos));
    }

    private void slowRange() {
        if (threshold > 0) {
            out.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"slow-range\" x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\"/>",
                    x(threshold),
                    top,
                    WIDTH - MARGIN - x(threshold),
                    BOTTOM - top));
        }
    }

    private void bars() {
        double highest = 0;
        long count = 0;
        for (Latencies.Bin bin : bins) {
            highest = Math.max(highest, density(bin));
            count += bin.count();
        }
        for (Latencies.Bin bin : bins) {
            if (bin.count() > 0) {
                bar(bin, density(bin) / highest, count);
            }
        }
    }

    private static double density(Latencies.Bin bin) {
        return bin.count() / Math.log(right(bin) / left(bin));
    }

    private void bar(Latencies.Bin bin, double share, long count) {
        double x = x(left(bin));
        double height = Math.max(LEAST_BAR, share * (BOTTOM - top));
        out.append(String.format(
                Locale.ROOT,
                "<rect class=\"bin\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"><title>%s \u2013 %s: %,d (%.2f"
                        + "\u2009%%)</title></rect>",
                x,
                BOTTOM - height,
                Math.max(0.5, x(right(bin)) - x - 0.5),
                height,
                quantity.unicode((double) bin.lowest()),
                quantity.unicode(right(bin)),
                bin.count(),
                100.0 * bin.count() / count));
    }

    /** Each percentile's label has a row of its own, where its line begins, so that close ones can be read. */
    private void marks() {
        for (int i = 0; i < MARKS.length; i++) {
            double x = x((double) latencies.percentile(MARKS[i]));
            line("mark", x, i * LABEL_ROW + 4, x, BOTTOM);
        }
        if (threshold > 0) {
            line("threshold", x(threshold), MARKS.length * LABEL_ROW + 4, x(threshold), BOTTOM);
        }
        for (int i = 0; i < MARKS.length; i++) {
            label("label", i, (double) latencies.percentile(MARKS[i]), mark(MARKS[i]));
        }
        if (threshold > 0) {
            label("label slow", MARKS.length, threshold, "slow from " + Nanos.unicode(threshold));
        }
    }

    private void label(String style, int row, double nanos, String label) {
        double x = x(nanos);
        boolean before = x > WIDTH - LABEL;
        text(style, x + (before ? -5 : 5), (row + 1) * LABEL_ROW, before ? "end" : "start", label);
    }

    private void line(String style, double x1, double y1, double x2, double y2) {
        out.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\"/>",
                style,
                x1,
                y1,
                x2,
                y2));
    }

    private void text(String style, double x, double y, String anchor, String text) {
        out.append(String.format(
                Locale.ROOT,
                "<text class=\"%s\" x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\">%s</text>",
                style,
                x,
                y,
                anchor,
                text));
    }
}
