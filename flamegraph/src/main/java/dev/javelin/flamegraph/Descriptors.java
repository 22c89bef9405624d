package dev.javelin.flamegraph;

/** Method descriptors of the JVM (JVMS 4.3.3). */
final class Descriptors {
    private Descriptors() {}

    /** Whether the text is a method descriptor; null is none. */
    static boolean isMethod(String s) {
        if (s == null || s.isEmpty() || s.charAt(0) != '(') {
            return false;
        }
        int at = 1;
        while (at < s.length() && s.charAt(at) != ')') {
            at = afterType(s, at);
            if (at < 0) {
                return false;
            }
        }
        int result = at + 1;
        if (result >= s.length()) {
            return false;
        }
        return (s.charAt(result) == 'V' && result == s.length() - 1) || afterType(s, result) == s.length();
    }

    /** The index after the type that begins at {@code from}; -1 if there is none. */
    private static int afterType(String s, int from) {
        int at = from;
        while (at < s.length() && s.charAt(at) == '[') {
            at++;
        }
        if (at >= s.length()) {
            return -1;
        }
        if (s.charAt(at) == 'L') {
            int end = s.indexOf(';', at);
            return end > at + 1 ? end + 1 : -1;
        }
        return "BCDFIJSZ".indexOf(s.charAt(at)) >= 0 ? at + 1 : -1;
    }
}
