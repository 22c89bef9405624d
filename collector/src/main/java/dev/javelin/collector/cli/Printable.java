package dev.javelin.collector.cli;

/**
 * Makes text that came from a process, a file name or the kernel harmless on a terminal: no escape sequences, no line
 * breaks, nothing that reorders what is read.
 */
final class Printable {
    private Printable() {}

    /** {@code text} with every control, format and line-breaking character written as an escape such as {@code \u001b}. */
    static String of(String text) {
        int i = 0;
        while (i < text.length() && isHarmless(text.charAt(i))) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length() + 16).append(text, 0, i);
        for (; i < text.length(); i++) {
            append(out, text, i);
        }
        return out.toString();
    }

    private static void append(StringBuilder out, String text, int i) {
        char c = text.charAt(i);
        if (isHarmless(c) || isPaired(text, i)) {
            out.append(c);
        } else {
            out.append(String.format("\\u%04x", (int) c));
        }
    }

    private static boolean isHarmless(char c) {
        if (c < 0x7f) {
            return c >= ' ';
        }
        int type = Character.getType(c);
        return type != Character.CONTROL
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR
                && type != Character.SURROGATE;
    }

    private static boolean isPaired(String text, int i) {
        int other = Character.isHighSurrogate(text.charAt(i)) ? i + 1 : i - 1;
        return other >= 0
                && other < text.length()
                && Character.isSurrogatePair(text.charAt(Math.min(i, other)), text.charAt(Math.max(i, other)));
    }
}
