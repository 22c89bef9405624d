package dev.javelin.flamegraph;

/**
 * Makes hostile text harmless. A character that cannot stand as it is becomes {@code \}{@code uXXXX}, its UTF-16 code unit
 * in four lower-case hexadecimal digits.
 */
final class Text {
    private static final String HEX = "0123456789abcdef";

    private Text() {}

    /** The text with its unpaired surrogates escaped, so that it can be encoded as UTF-8; the same object if it has none. */
    static String wellFormed(String s) {
        for (int i = 0; i < s.length(); i++) {
            if (unpaired(s, i)) {
                return escape(s, i, false, false);
            }
        }
        return s;
    }

    /** The text fit to be shown: control, line-breaking, bidirectional and invisible characters, unpaired surrogates escaped. */
    static String visible(String s) {
        for (int i = 0; i < s.length(); i++) {
            if (isUnseen(s.charAt(i)) || unpaired(s, i)) {
                return escape(s, i, true, false);
            }
        }
        return s;
    }

    /**
     * The text as a frame of a collapsed stack: as {@link #visible}, and {@code ;} becomes {@code \}{@code u003b} and a
     * backslash {@code \\}, so that the original can be had back.
     */
    static String collapsed(String s) {
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == ';' || c == '\\' || isUnseen(c) || unpaired(s, i)) {
                return escape(s, i, true, true);
            }
        }
        return s;
    }

    /** As {@link #visible}, and everything else that is not ASCII is escaped, too. */
    static String ascii(String s) {
        StringBuilder out = new StringBuilder(s.length());
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c >= 0x7f || isUnseen(c)) {
                unit(out, c);
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static String escape(String s, int from, boolean unseen, boolean collapsed) {
        StringBuilder out = new StringBuilder(s.length() + 16).append(s, 0, from);
        for (int i = from; i < s.length(); i++) {
            char c = s.charAt(i);
            if (collapsed && c == '\\') {
                out.append("\\\\");
            } else if (unpaired(s, i) || (unseen && isUnseen(c)) || (collapsed && c == ';')) {
                unit(out, c);
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    static void unit(StringBuilder out, char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(HEX.charAt(c >> shift & 15));
        }
    }

    private static boolean unpaired(String s, int i) {
        char c = s.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == s.length() || !Character.isLowSurrogate(s.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(s.charAt(i - 1)));
    }

    /** Whether it is a control, line-breaking, bidirectional or invisible character. */
    static boolean isUnseen(char c) {
        if (c < 0x7f) {
            return c < 0x20;
        }
        return c <= 0xa0 // DEL, C1, no-break space
                || c == 0xad
                || c == 0x061c
                || (c >= 0x2000 && c <= 0x200f)
                || (c >= 0x2028 && c <= 0x202f)
                || (c >= 0x205f && c <= 0x206f)
                || c == 0x3000
                || c == 0xfeff
                || (c >= 0xfff9 && c <= 0xfffb);
    }
}
