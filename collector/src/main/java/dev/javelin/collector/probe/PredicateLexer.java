package dev.javelin.collector.probe;

import dev.javelin.collector.session.JavelinException;
import java.util.List;

/** Splits a predicate into its words. */
final class PredicateLexer {
    /** Longer ones first where one begins with another. */
    private static final List<String> SYMBOLS = List.of(
            "||", "&&", "==", "!=", "<=", ">=", "<<", ">>", "|", "^", "&", "<", ">", "+", "-", "*", "/", "%", "!", "~",
            "(", ")");

    private final String text;
    private int at;

    PredicateLexer(String text) {
        this.text = text;
    }

    enum TokenType {
        NUMBER,
        NAME,
        STRING,
        SYMBOL,
        END
    }

    /**
     * @param text as typed; of a string what it means
     * @param value of a number
     * @param at position of its first character, from 1
     */
    record Token(TokenType type, String text, long value, int at) {
        boolean is(String symbol) {
            return type == TokenType.SYMBOL && text.equals(symbol);
        }

        boolean is(Predicate.Variable variable) {
            return type == TokenType.NAME && text.equals(variable.text());
        }

        /** How messages call it. */
        String shown() {
            return switch (type) {
                case END -> "the end";
                case STRING -> "a string";
                default -> "'" + text + "'";
            };
        }
    }

    /** The next token; END again and again behind the last. */
    Token next() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return new Token(TokenType.END, "", 0, at + 1);
        }
        char first = text.charAt(at);
        if (isDigit(first)) {
            return number();
        }
        if (isWordPart(first)) {
            int start = at;
            return new Token(TokenType.NAME, word(), 0, start + 1);
        }
        return first == '"' ? string() : symbol();
    }

    JavelinException error(String what) {
        return JavelinException.usage("predicate '" + text + "': " + what);
    }

    private Token number() {
        int start = at;
        String word = word();
        if (at + 1 < text.length() && text.charAt(at) == '.' && isDigit(text.charAt(at + 1))) {
            at++;
            word += "." + word();
        }
        try {
            return new Token(TokenType.NUMBER, word, PredicateNumber.parse(word), start + 1);
        } catch (IllegalArgumentException e) {
            throw error("'" + word + "' at character " + (start + 1) + " " + e.getMessage());
        }
    }

    private String word() {
        int start = at;
        while (at < text.length() && isWordPart(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    private Token string() {
        int start = at++;
        StringBuilder value = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\') {
                at++;
                if (at == text.length() || (text.charAt(at) != '"' && text.charAt(at) != '\\')) {
                    throw error("\\ at character " + at + " can stand before \" and \\ only");
                }
            }
            value.append(text.charAt(at++));
        }
        if (at == text.length()) {
            throw error("the string that begins at character " + (start + 1) + " is not closed by \"");
        }
        at++;
        return new Token(TokenType.STRING, value.toString(), 0, start + 1);
    }

    private Token symbol() {
        int start = at;
        for (String symbol : SYMBOLS) {
            if (text.startsWith(symbol, start)) {
                at += symbol.length();
                return new Token(TokenType.SYMBOL, symbol, 0, start + 1);
            }
        }
        if (text.charAt(at) == '=') {
            throw error("'=' at character " + (at + 1) + " means nothing here: write == to compare");
        }
        throw error(
                "'" + Character.toString(text.codePointAt(at)) + "' at character " + (at + 1) + " means nothing here");
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWordPart(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }
}
