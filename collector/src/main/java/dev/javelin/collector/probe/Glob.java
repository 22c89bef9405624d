package dev.javelin.collector.probe;

/** A pattern for whole names: {@code *} stands for any text, {@code ?} for one character, all else for itself. */
public final class Glob {
    private final String pattern;

    /** A pattern; any text is one. */
    public Glob(String pattern) {
        this.pattern = pattern;
    }

    /** Whether a text has a character that stands for others. */
    public static boolean isGlob(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
    }

    /** Whether the whole text fits. The time taken is at most proportional to the product of both lengths. */
    public boolean matches(String text) {
        int at = 0;
        int in = 0;
        int star = -1;
        int retry = 0;
        while (at < text.length()) {
            char wanted = in < pattern.length() ? pattern.charAt(in) : 0;
            if (wanted == '*') {
                star = in++;
                retry = at;
            } else if (in < pattern.length() && (wanted == '?' || wanted == text.charAt(at))) {
                in++;
                at++;
            } else if (star >= 0) {
                in = star + 1;
                at = ++retry;
            } else {
                return false;
            }
        }
        while (in < pattern.length() && pattern.charAt(in) == '*') {
            in++;
        }
        return in == pattern.length();
    }
}
