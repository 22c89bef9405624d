package dev.javelin.agent.methods;

/** Texts that come from the application. */
final class Text {
    private Text() {}

    /** Without characters that would end a line or a field. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            printable.append(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c);
        }
        return printable.toString();
    }

    /** Whether a text fits a pattern, in which {@code *} stands for any text and {@code ?} for one character. */
    static boolean matches(String pattern, String text) {
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
