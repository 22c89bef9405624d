package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Latencies for a terminal: a table of the probes and their keys, and a histogram of each probe. */
final class LatencyText {
    private static final List<String> HEADS =
            List.of("probe/key", "count", "mean", "p50", "p90", "p99", "p99.9", "max");
    /** Of plain numbers, such as bytes, it is as good to know as their distribution. */
    private static final String SUM = "sum";

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
        List<String> heads = new ArrayList<>(HEADS);
        if (hasSums()) {
            heads.add(SUM);
        }
        lines.add(heads.toArray(String[]::new));
        for (LatencyTable table : tables) {
            lines.add(line(cells.escaped(table.shown()), table.quantity(), table.all()));
            for (LatencyTable.Row row : table.rows(top)) {
                String key = row.isRest() ? row.key() : cells.escaped(row.key());
                lines.add(line(GAP + key, table.quantity(), row.latencies()));
            }
        }
        int[] widths = widths(lines, columns);
        for (String[] line : lines) {
            out.append(cells.left(line[0], widths[0]));
            for (int i = 1; i < line.length; i++) {
                out.append(GAP).append(Cells.right(line[i], widths[i]));
            }
            out.append('\n');
        }
    }

    private boolean hasSums() {
        return tables.stream().anyMatch(table -> table.quantity() == Quantity.NUMBER);
    }

    private String[] line(String name, Quantity quantity, Latencies latencies) {
        List<String> line = new ArrayList<>();
        line.add(name);
        line.add(Cells.count(latencies.count()));
        line.add(latencies.count() == 0 ? "-" : quantity.text(latencies.mean()));
        for (double percent : new double[] {50, 90, 99, 99.9}) {
            long value = latencies.percentile(percent);
            line.add(value < 0 ? "-" : quantity.text((double) value));
        }
        line.add(latencies.count() == 0 ? "-" : quantity.text((double) latencies.max()));
        if (hasSums()) {
            line.add(latencies.count() == 0 ? "-" : quantity.text((double) latencies.total()));
        }
        return line.toArray(String[]::new);
    }

    private static int[] widths(List<String[]> lines, int columns) {
        int[] widths = new int[lines.get(0).length];
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
                .append(cells.cut(cells.escaped(table.shown()), Math.max(NARROWEST_NAME, columns)))
                .append('\n');
        List<Latencies.Bin> bins = table.all().bins(1);
        Quantity quantity = table.quantity();
        long most = 0;
        int end = quantity == Quantity.TIME ? TIME : 0;
        for (Latencies.Bin bin : bins) {
            most = Math.max(most, bin.count());
            end = Math.max(end, quantity.text(bin.highest() + 1.0).length());
        }
        int label = 2 * end + " .. ".length();
        int bar = Math.max(NARROWEST_BAR, columns - label - Cells.count(most).length() - 3 * GAP.length());
        for (Latencies.Bin bin : bins) {
            out.append(GAP).append(label(bin, quantity, end)).append(GAP);
            out.append(cells.left(cells.bar((double) bin.count() / most, bar), bar))
                    .append(GAP);
            out.append(Cells.right(Cells.count(bin.count()), Cells.count(most).length()))
                    .append('\n');
        }
        if (table.lost() > 0) {
            out.append(GAP).append(Cells.count(table.lost())).append(" lost\n");
        }
        if (table.negative() > 0) {
            out.append(GAP).append(Cells.count(table.negative())).append(" negative, left out\n");
        }
    }

    private static String label(Latencies.Bin bin, Quantity quantity, int width) {
        return Cells.right(quantity.text((double) bin.lowest()), width) + " .. "
                + Cells.right(quantity.text(bin.highest() + 1.0), width);
    }
}
