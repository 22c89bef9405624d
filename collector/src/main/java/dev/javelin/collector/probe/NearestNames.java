package dev.javelin.collector.probe;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Finds what the user may have meant by a name that does not exist. Case is ignored. Near are names that take few edits (a character
 * more, less or another), and behind them those that contain what was typed.
 */
public final class NearestNames {
    private static final int MOST = 3;
    private static final int MOST_EDITS = 6;
    /** Shorter words are contained in too many names. */
    private static final int SHORTEST_PART = 4;

    private static final Comparator<Near> NEAREST_FIRST =
            Comparator.comparingInt(Near::distance).thenComparing(Near::length).thenComparing(Near::name);

    private final String wanted;
    private final int edits;
    private int[] row;
    private int[] above;

    private NearestNames(String wanted) {
        this.wanted = wanted.toLowerCase(Locale.ROOT);
        this.edits = Math.max(1, Math.min(MOST_EDITS, wanted.length() / 3));
        this.row = new int[wanted.length() + edits + 1];
        this.above = new int[wanted.length() + edits + 1];
    }

    /** The names nearest to {@code wanted}, the nearest first: at most 3, and none if none is near. */
    public static List<String> of(String wanted, Collection<String> known) {
        return new NearestNames(wanted).among(known);
    }

    /** For the end of a message: {@code "did you mean a, b or c?"}, or {@code otherwise} if no name is near. */
    public static String question(String wanted, Collection<String> known, String otherwise) {
        List<String> near = of(wanted, known);
        if (near.isEmpty()) {
            return otherwise;
        }
        int last = near.size() - 1;
        String before = last == 0 ? "" : String.join(", ", near.subList(0, last)) + " or ";
        return "did you mean " + before + near.get(last) + "?";
    }

    private List<String> among(Collection<String> known) {
        List<Near> nearest = new ArrayList<>();
        for (String name : known) {
            int distance = distance(name.toLowerCase(Locale.ROOT));
            Near near = new Near(name, distance);
            if (distance <= edits + 1 && !nearest.contains(near)) {
                nearest.add(near);
                nearest.sort(NEAREST_FIRST);
                nearest.subList(Math.min(MOST, nearest.size()), nearest.size()).clear();
            }
        }
        return nearest.stream().map(Near::name).toList();
    }

    /** The edits from {@code name} to what was wanted, one more than allowed if it is only contained, and a great number otherwise. */
    private int distance(String name) {
        if (Math.abs(name.length() - wanted.length()) <= edits) {
            int needed = editsOf(name);
            if (needed <= edits) {
                return needed;
            }
        }
        return wanted.length() >= SHORTEST_PART && name.contains(wanted) ? edits + 1 : Integer.MAX_VALUE;
    }

    /**
     * Levenshtein's distance, by rows of his table. Only the cells at most {@link #edits} beside the diagonal can lead to a distance
     * that is allowed, and a row without one ends it: most names are done after a few characters.
     */
    private int editsOf(String name) {
        for (int j = 0; j <= name.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= wanted.length(); i++) {
            int from = Math.max(1, i - edits);
            int to = Math.min(name.length(), i + edits);
            row[from - 1] = from == 1 ? i : edits + 1;
            int least = row[from - 1];
            for (int j = from; j <= to; j++) {
                int replaced = above[j - 1] + (wanted.charAt(i - 1) == name.charAt(j - 1) ? 0 : 1);
                int dropped = j == i + edits ? edits + 1 : above[j] + 1;
                row[j] = Math.min(replaced, Math.min(dropped, row[j - 1] + 1));
                least = Math.min(least, row[j]);
            }
            if (least > edits) {
                return least;
            }
            int[] done = row;
            row = above;
            above = done;
        }
        return above[name.length()];
    }

    private record Near(String name, int distance) {
        int length() {
            return name.length();
        }
    }
}
