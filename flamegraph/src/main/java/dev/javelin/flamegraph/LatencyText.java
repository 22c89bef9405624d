package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Latencies for a terminal: a table of the probes and their keys, and a histogram of each probe. */
final class LatencyText {
    private static final String[] HEADS = {"probe/key", "count", "mean", "p50", "p90", "p99", "p99.9", "max"};
    private static final int NARROWEST_NAME = 16;
    private static final int NARROWEST_BAR = 10;
    private static final int TIME = "1.05 ms".length();
    private static final String GAP = "  ";
    /** What fills a cell by one to eight eighths, from the left. */
    private static final String BLOCKS = "\u258f\u258e\u258d\u258c\u258b\u258a\u2589\u2588";

    private final List<LatencyTable> tables;
    private final int top;
    private final int columns;
    private final boolean ascii;
    private final StringBuilder out = new StringBuilder();

    private LatencyText(List<LatencyTable> tables, int top, int columns, boolean ascii) {
        this.tables = LatencyTable.longestFirst(tables);
        this.top = top;
        this.columns = columns;
        this.ascii = ascii;
    }

    static String of(List<LatencyTable> tables, int top, int columns, boolean ascii) {
        LatencyText text = new LatencyText(tables, top, columns, ascii);
        text.table();
        text.tables.forEach(text::histogram);
        return text.out.toString();
    }

    private void table() {
        List<String[]> lines = new ArrayList<>();
        lines.add(HEADS);
        for (LatencyTable table : tables) {
            lines.add(line(escaped(table.probe()), table.all()));
            for (LatencyTable.Row row : table.rows(top)) {
                lines.add(line(GAP + (row.isRest() ? row.key() : escaped(row.key())), row.latencies()));
            }
        }
        int[] widths = widths(lines);
        for (String[] line : lines) {
            out.append(left(line[0], widths[0]));
            for (int i = 1; i < line.length; i++) {
                out.append(GAP).append(right(line[i], widths[i]));
            }
            out.append('\n');
        }
    }

    private static String[] line(String name, Latencies latencies) {
        return new String[] {
            name,
            count(latencies.count()),
            latencies.count() == 0 ? "-" : Nanos.text(latencies.mean()),
            percentile(latencies, 50),
            percentile(latencies, 90),
            percentile(latencies, 99),
            percentile(latencies, 99.9),
            latencies.count() == 0 ? "-" : Nanos.text(latencies.max())
        };
    }

    private static String percentile(Latencies latencies, double percent) {
        long value = latencies.percentile(percent);
        return value < 0 ? "-" : Nanos.text(value);
    }

    private int[] widths(List<String[]> lines) {
        int[] widths = new int[HEADS.length];
        for (String[] line : lines) {
            for (int i = 0; i < line.length; i++) {
                widths[i] = Math.max(widths[i], length(line[i]));
            }
        }
        int figures = Arrays.stream(widths, 1, widths.length).sum() + GAP.length() * (widths.length - 1);
        widths[0] = Math.min(widths[0], Math.max(NARROWEST_NAME, columns - figures));
        return widths;
    }

    private void histogram(LatencyTable table) {
        out.append('\n')
                .append(cut(escaped(table.probe()), Math.max(NARROWEST_NAME, columns)))
                .append('\n');
        List<Latencies.Bin> bins = table.all().bins(1);
        long most = 0;
        int label = 0;
        for (Latencies.Bin bin : bins) {
            most = Math.max(most, bin.count());
            label = Math.max(label, label(bin).length());
        }
        int bar = Math.max(NARROWEST_BAR, columns - label - count(most).length() - 3 * GAP.length());
        for (Latencies.Bin bin : bins) {
            out.append(GAP).append(right(label(bin), label)).append(GAP);
            out.append(left(bar((double) bin.count() / most, bar), bar)).append(GAP);
            out.append(right(count(bin.count()), count(most).length())).append('\n');
        }
        if (table.lost() > 0) {
            out.append(GAP).append(count(table.lost())).append(" lost\n");
        }
    }

    private static String label(Latencies.Bin bin) {
        return right(Nanos.text(bin.lowest()), TIME) + " .. " + right(Nanos.text(bin.highest() + 1.0), TIME);
    }

    /** A bar of that share of the width; what is not nothing is seen. */
    private String bar(double share, int width) {
        if (share == 0) {
            return "";
        }
        if (ascii) {
            return "#".repeat((int) Math.max(1, Math.round(share * width)));
        }
        int eighths = (int) Math.max(1, Math.round(share * width * 8));
        String full = BLOCKS.substring(7).repeat(eighths / 8);
        return eighths % 8 == 0 ? full : full + BLOCKS.charAt(eighths % 8 - 1);
    }

    private static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    private String escaped(String name) {
        return ascii ? Text.ascii(name) : Text.visible(name);
    }

    private String left(String text, int width) {
        String cut = cut(text, width);
        return cut + " ".repeat(width - length(cut));
    }

    /** The text, or as much of its beginning as fits. */
    private String cut(String text, int width) {
        if (length(text) <= width) {
            return text;
        }
        String more = ascii ? "..." : "\u2026";
        return text.substring(0, text.offsetByCodePoints(0, width - more.length())) + more;
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - length(text))) + text;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
