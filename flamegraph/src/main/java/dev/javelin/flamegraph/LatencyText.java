package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Latencies for a terminal: a table of the probes and their keys, and a histogram of each probe. */
final class LatencyText {
    private static final String[] HEADS = {"probe/key", "count", "mean", "p50", "p90", "p99", "p99.9", "max"};
    private static final int NARROWEST_NAME = 16;
    private static final int NARROWEST_BAR = 10;
    private static final int TIME = "1.05 ms".length();
    private static final String GAP = "  ";

    private final List<LatencyTable> tables;
    private final int top;
    private final int columns;
    private final Cells cells;
    private final StringBuilder out = new StringBuilder();

    private LatencyText(List<LatencyTable> tables, int top, int columns, boolean ascii) {
        this.tables = LatencyTable.longestFirst(tables);
        this.top = top;
        this.columns = columns;
        this.cells = new Cells(ascii);
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
            lines.add(line(cells.escaped(table.probe()), table.all()));
            for (LatencyTable.Row row : table.rows(top)) {
                lines.add(line(GAP + (row.isRest() ? row.key() : cells.escaped(row.key())), row.latencies()));
            }
        }
        int[] widths = widths(lines);
        for (String[] line : lines) {
            out.append(cells.left(line[0], widths[0]));
            for (int i = 1; i < line.length; i++) {
                out.append(GAP).append(Cells.right(line[i], widths[i]));
            }
            out.append('\n');
        }
    }

    private static String[] line(String name, Latencies latencies) {
        return new String[] {
            name,
            Cells.count(latencies.count()),
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
                widths[i] = Math.max(widths[i], Cells.length(line[i]));
            }
        }
        int figures = Arrays.stream(widths, 1, widths.length).sum() + GAP.length() * (widths.length - 1);
        widths[0] = Math.min(widths[0], Math.max(NARROWEST_NAME, columns - figures));
        return widths;
    }

    private void histogram(LatencyTable table) {
        out.append('\n')
                .append(cells.cut(cells.escaped(table.probe()), Math.max(NARROWEST_NAME, columns)))
                .append('\n');
        List<Latencies.Bin> bins = table.all().bins(1);
        long most = 0;
        int label = 0;
        for (Latencies.Bin bin : bins) {
            most = Math.max(most, bin.count());
            label = Math.max(label, label(bin).length());
        }
        int bar = Math.max(NARROWEST_BAR, columns - label - Cells.count(most).length() - 3 * GAP.length());
        for (Latencies.Bin bin : bins) {
            out.append(GAP).append(Cells.right(label(bin), label)).append(GAP);
            out.append(cells.left(cells.bar((double) bin.count() / most, bar), bar))
                    .append(GAP);
            out.append(Cells.right(Cells.count(bin.count()), Cells.count(most).length()))
                    .append('\n');
        }
        if (table.lost() > 0) {
            out.append(GAP).append(Cells.count(table.lost())).append(" lost\n");
        }
    }

    private static String label(Latencies.Bin bin) {
        return Cells.right(Nanos.text(bin.lowest()), TIME) + " .. "
                + Cells.right(Nanos.text(bin.highest() + 1.0), TIME);
    }
}
