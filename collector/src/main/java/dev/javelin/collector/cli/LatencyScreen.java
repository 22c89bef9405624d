package dev.javelin.collector.cli;

import dev.javelin.bpf.TerminalSize;
import dev.javelin.collector.session.Live;
import dev.javelin.flamegraph.LatencyOutputs;
import dev.javelin.flamegraph.LatencyTable;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Shows latencies on a terminal while they are measured, each time in the place of those before. Used by one thread. */
final class LatencyScreen implements Live {
    /** Clears the rest of a line, and goes on; a whole screen that is cleared at once is kept by some terminals as history. */
    private static final String NEXT = "\u001b[K\n";

    private static final String BELOW = "\u001b[J";

    private final PrintStream out;
    private final Supplier<TerminalSize> size;
    private final int top;
    private final String end;
    private int shown;

    /**
     * Writes to {@code out}.
     *
     * @param size asked each time, as it may change
     * @param top how many keys of a probe are listed
     * @param duration null until Ctrl-C
     */
    LatencyScreen(PrintStream out, Supplier<TerminalSize> size, int top, Duration duration) {
        this.out = out;
        this.size = size;
        this.top = top;
        this.end = (duration == null ? "" : " of " + Units.duration(duration.toNanos()))
                + " (Ctrl-C ends the measurement)";
    }

    /** Whether stdout is a terminal that can go back. */
    static boolean isPossible() {
        return Messages.isTerminal(1) && !"dumb".equals(System.getenv("TERM"));
    }

    @Override
    public boolean showsLatencies() {
        return true;
    }

    @Override
    public void latencies(List<LatencyTable> tables, Duration elapsed) {
        TerminalSize terminal = size.get();
        // one line for the state, and the one in which the cursor stands: what scrolls off cannot be replaced
        int room = Math.max(1, terminal.rows() - 2);
        List<String> lines = new ArrayList<>(whole(LatencyOutputs.text(tables, top, terminal.columns(), false), room));
        lines.add(elapsed.toSeconds() + " s" + end);
        StringBuilder frame = new StringBuilder(back());
        lines.forEach(line -> frame.append(cut(line, terminal.columns())).append(NEXT));
        out.print(frame + BELOW);
        out.flush();
        shown = lines.size();
    }

    /** The table, and as many whole histograms as there is room for. */
    private static List<String> whole(String text, int room) {
        List<String> lines = text.lines().toList();
        if (lines.size() <= room) {
            return lines;
        }
        int end = room;
        while (end > 0 && !lines.get(end).isEmpty()) {
            end--;
        }
        return lines.subList(0, end == 0 ? room : end);
    }

    /** A line that were wrapped would take two. */
    private static String cut(String line, int columns) {
        return line.codePointCount(0, line.length()) <= columns
                ? line
                : line.substring(0, line.offsetByCodePoints(0, columns));
    }

    /** To the beginning of what was shown. */
    private String back() {
        return shown == 0 ? "" : "\r\u001b[" + shown + "A";
    }

    /** Removes what was shown. */
    void clear() {
        out.print(back() + NEXT.repeat(shown) + back());
        out.flush();
        shown = 0;
    }
}
