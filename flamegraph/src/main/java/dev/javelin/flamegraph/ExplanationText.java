package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An explanation for a terminal: a row for each part, that with the longest time in slow calls first, with its most important
 * details below it, and a bar for its share of the slow calls.
 */
final class ExplanationText {
    private static final List<String> HEADS = List.of("all calls", "slow calls", "per slow call");
    private static final int NARROWEST_NAME = 16;
    private static final int NARROWEST_BAR = 10;
    private static final int WIDEST_BAR = 40;
    /** From this width on there is room for the time per call. */
    private static final int WIDE = 100;

    private static final int TIME = "1.05 ms".length();
    private static final int SHARE = "100.0 %".length();
    private static final String GAP = "  ";

    /** A line of the table; {@code share} is that of the longest bar, -1 where there is none. */
    private record Line(String name, List<String> figures, double share) {}

    private final Explanation explanation;
    private final List<PartSum> parts;
    private final int top;
    private final int columns;
    private final Cells cells;
    private final StringBuilder out = new StringBuilder();

    private ExplanationText(Explanation explanation, int top, int columns, boolean ascii) {
        this.explanation = explanation;
        this.parts = PartSum.of(explanation);
        this.top = top;
        this.columns = columns;
        this.cells = new Cells(ascii);
    }

    static String of(Explanation explanation, int top, int columns, boolean ascii) {
        ExplanationText text = new ExplanationText(explanation, top, columns, ascii);
        text.header();
        if (!text.parts.isEmpty()) {
            text.out.append('\n');
            text.table(text.lines());
        }
        String mismatch = PartSum.mismatch(explanation);
        if (!mismatch.isEmpty()) {
            text.out.append('\n').append(mismatch).append('\n');
        }
        if (explanation.handedOver() != null) {
            text.out.append('\n').append(handedOver(explanation, top, columns, ascii));
        }
        return text.out.toString();
    }

    /** What the tasks did. */
    private static String handedOver(Explanation explanation, int top, int columns, boolean ascii) {
        Explanation.HandedOver tasks = explanation.handedOver();
        ExplanationText text = new ExplanationText(explanation.ofTasks(), top, columns, ascii);
        text.out
                .append("handed over to other threads")
                .append(columns < WIDE ? "\n" : "")
                .append(GAP)
                .append(tasks(tasks.tasks()))
                .append(", ")
                .append(Nanos.text(tasks.allNanos()))
                .append("; of slow calls ")
                .append(tasks(tasks.slowTasks()))
                .append(tasks.slowTasks() == 0 ? "" : ", " + Nanos.text(tasks.slowNanos()))
                .append('\n');
        if (!text.parts.isEmpty()) {
            text.out.append('\n');
            text.table(text.lines());
        }
        if (tasks.lost() > 0) {
            text.out.append('\n').append(lost(tasks.lost())).append('\n');
        }
        return text.out.toString();
    }

    private static String tasks(long tasks) {
        return Cells.count(tasks) + (tasks == 1 ? " task" : " tasks");
    }

    /** Says of how many tasks nothing is known. */
    static String lost(long tasks) {
        return "What " + (tasks == 1 ? "1 task" : Cells.count(tasks) + " tasks") + " did is not known.";
    }

    private String goingOn() {
        Explanation.GoingOn open = explanation.goingOn();
        return explanation.mayHang()
                ? "; " + Cells.count(open.calls()) + " going on, the longest for " + Nanos.text(open.longestNanos())
                : "";
    }

    /** The method and its figures; on two lines where they do not fit on one. */
    private void header() {
        Explanation.Slow slow = explanation.slow();
        String figures = Cells.count(explanation.calls())
                + (explanation.calls() == 1 ? " call, " : " calls, ")
                + Nanos.text(explanation.elapsedNanos())
                + "; "
                + Cells.count(slow.calls())
                + " slow ("
                + Nanos.text(slow.thresholdNanos())
                + " or more)"
                + (slow.calls() == 0 ? "" : ", " + Nanos.text(slow.elapsedNanos()))
                + goingOn();
        String method = cells.escaped(explanation.method());
        boolean fits = Cells.length(method) + GAP.length() + figures.length() <= columns;
        out.append(cells.cutInside(method, Math.max(NARROWEST_NAME, columns)))
                .append(fits ? GAP : "\n" + GAP)
                .append(figures)
                .append('\n');
    }

    private List<Line> lines() {
        long longest = parts.stream().mapToLong(this::measured).max().orElse(0);
        List<Line> lines = new ArrayList<>();
        for (PartSum part : parts) {
            double share = longest == 0 ? 0 : (double) measured(part) / longest;
            lines.add(line(part.part().text(), part.all(), part.slow(), share));
            List<PartSum.Detail> details = part.details();
            int shown = Math.min(top, details.size());
            details.subList(0, shown)
                    .forEach(detail ->
                            lines.add(line(GAP + cells.escaped(detail.name()), detail.all(), detail.slow(), -1)));
            if (shown < details.size()) {
                lines.add(rest(details.subList(shown, details.size())));
            }
        }
        return lines;
    }

    /** What the bar shows: the slow calls' time, or that of all where none was slow. */
    private long measured(PartSum part) {
        return explanation.slow().calls() > 0 ? part.slow() : part.all();
    }

    private Line rest(List<PartSum.Detail> details) {
        long all = details.stream().mapToLong(PartSum.Detail::all).sum();
        long slow = details.stream().mapToLong(PartSum.Detail::slow).sum();
        return line(GAP + "other (" + Cells.count(details.size()) + ")", all, slow, -1);
    }

    private Line line(String name, long all, long slow, double share) {
        long slowCalls = explanation.slow().calls();
        List<String> figures = List.of(
                time(all, explanation.elapsedNanos()),
                time(slow, explanation.slow().elapsedNanos()),
                slowCalls == 0 || slow == 0 ? "-" : Nanos.text((double) slow / slowCalls));
        return new Line(name, figures.subList(0, shownFigures()), share);
    }

    private static String time(long nanos, long whole) {
        return nanos == 0
                ? "-"
                : Cells.right(Nanos.text(nanos), TIME) + GAP + Cells.right(PartSum.share(nanos, whole), SHARE);
    }

    private int shownFigures() {
        return columns < WIDE ? HEADS.size() - 1 : HEADS.size();
    }

    private void table(List<Line> lines) {
        lines.add(0, new Line("part", HEADS.subList(0, shownFigures()), -1));
        int[] widths = new int[shownFigures()];
        int longest = 0;
        for (Line line : lines) {
            longest = Math.max(longest, Cells.length(line.name()));
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.figures().get(i).length());
            }
        }
        int room = columns - Arrays.stream(widths).sum() - GAP.length() * widths.length;
        int bar = Math.min(WIDEST_BAR, Math.max(NARROWEST_BAR, room - GAP.length() - longest));
        if (room - GAP.length() - bar < Math.min(NARROWEST_NAME, longest)) {
            bar = 0;
        }
        int rest = bar == 0 ? room : room - GAP.length() - bar;
        int name = Math.min(longest, Math.max(NARROWEST_NAME, rest));
        for (Line line : lines) {
            row(line, name, widths, bar);
        }
    }

    private void row(Line line, int name, int[] widths, int bar) {
        out.append(cells.left(cells.cutInside(line.name(), name), name));
        for (int i = 0; i < widths.length; i++) {
            out.append(GAP).append(Cells.right(line.figures().get(i), widths[i]));
        }
        out.append(bar > 0 && line.share() > 0 ? GAP + cells.bar(line.share(), bar) : "")
                .append('\n');
    }
}
