package dev.javelin.flamegraph;

import java.util.Locale;

/**
 * The cells of tables in a terminal; a cell is as wide as it has code points.
 *
 * @param ascii whether nothing but ASCII may be used
 */
record Cells(boolean ascii) {
    /** What fills a cell by one to eight eighths, from the left. */
    private static final String BLOCKS = "\u258f\u258e\u258d\u258c\u258b\u258a\u2589\u2588";

    /** A bar of that share of the width; what is not nothing is seen. */
    String bar(double share, int width) {
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

    /** A name of the target, fit for the terminal. */
    String escaped(String name) {
        return ascii ? Text.ascii(name) : Text.visible(name);
    }

    /** The text at the left of a cell, cut to it. */
    String left(String text, int width) {
        String cut = cut(text, width);
        return cut + " ".repeat(width - length(cut));
    }

    /** The text, or as much of its beginning as fits. */
    String cut(String text, int width) {
        if (length(text) <= width) {
            return text;
        }
        String more = more();
        return text.substring(0, text.offsetByCodePoints(0, width - more.length())) + more;
    }

    /** The text, or as much of its beginning and end as fits: of a class or file, the end tells most. */
    String cutInside(String text, int width) {
        int length = length(text);
        if (length <= width) {
            return text;
        }
        String more = more();
        int rest = width - more.length();
        int end = rest - rest / 3;
        return text.substring(0, text.offsetByCodePoints(0, rest / 3))
                + more
                + text.substring(text.offsetByCodePoints(text.length(), -end));
    }

    private String more() {
        return ascii ? "..." : "\u2026";
    }

    /** The text at the right of a cell, which it may exceed. */
    static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - length(text))) + text;
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** A number with separators of thousands. */
    static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }
}
