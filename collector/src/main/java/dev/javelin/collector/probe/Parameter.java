package dev.javelin.collector.probe;

/**
 * An argument of a probe as it is shown.
 *
 * @param index of the hit's argument, from 0
 * @param name null if it is known by its place only
 */
public record Parameter(int index, String name, Form form) {
    /** How a value is written. */
    public enum Form {
        /** Decimal; hexadecimal where it is so large that it must be an address or bits. */
        NUMBER,
        /** Its low 32 bits, signed. */
        INT,
        /** Its low 32 bits, unsigned. */
        UNSIGNED,
        /** Its low 32 bits in octal: permissions. */
        OCTAL,
        /** Addresses and sets of bits. */
        HEX,
        /** The address of a text, whose length in bytes is the argument behind it. */
        TEXT,
        /** The address of a text that ends with a 0. */
        C_STRING
    }

    /** Beyond a tebibyte nothing is a size; addresses in user space mostly lie above. */
    private static final long MUCH = 1L << 40;

    /** An argument that is known by its place only. */
    static Parameter positional(int index) {
        return new Parameter(index, null, Form.NUMBER);
    }

    /** For example {@code fd=7}, {@code 0x7f1200}. */
    public String text(long value) {
        return named(form(value));
    }

    /** What the argument means, with its name before it. */
    public String named(String value) {
        return name == null ? value : name + "=" + value;
    }

    /** Whether the argument points to a text. */
    public boolean isText() {
        return form == Form.TEXT || form == Form.C_STRING;
    }

    private String form(long value) {
        return switch (form) {
            case NUMBER -> number(value);
            case INT -> Integer.toString((int) value);
            case UNSIGNED -> Integer.toUnsignedString((int) value);
            case OCTAL -> "0" + (value == 0 ? "" : Integer.toOctalString((int) value));
            case HEX, TEXT, C_STRING -> value == 0 ? "0" : "0x" + Long.toHexString(value);
        };
    }

    /** Decimal; hexadecimal where it is so large that it must be an address or bits. */
    public static String number(long value) {
        return value > -MUCH && value < MUCH ? Long.toString(value) : "0x" + Long.toHexString(value);
    }

    /** {@code fd:i} as {@code syscall-arguments.txt} and {@code hotspot-probes.txt} have it: the name, and the form as a letter. */
    static Parameter parse(int index, String text) {
        int colon = text.indexOf(':');
        Form form = switch (text.substring(colon + 1)) {
            case "i" -> Form.INT;
            case "u" -> Form.UNSIGNED;
            case "o" -> Form.OCTAL;
            case "x" -> Form.HEX;
            case "s" -> Form.TEXT;
            case "z" -> Form.C_STRING;
            default -> Form.NUMBER;
        };
        return new Parameter(index, text.substring(0, colon), form);
    }
}
