package dev.javelin.it.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON as Javelin writes it: objects are maps, arrays lists, whole numbers longs, others doubles. Used by one thread. */
public final class JsonText {
    private final String text;
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    /**
     * The object that is all of the text.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Map<?, ?> object(String text) {
        JsonText json = new JsonText(text);
        Object value = json.value();
        json.blanks();
        if (!(value instanceof Map<?, ?> map) || json.at < text.length()) {
            throw json.wrong();
        }
        return map;
    }

    private Object value() {
        blanks();
        if (is('{')) {
            return map();
        }
        if (is('[')) {
            return list();
        }
        if (is('"')) {
            return string();
        }
        int from = at;
        while (at < text.length() && ",]} \n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(from, at);
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> "";
            default -> number(word);
        };
    }

    private Object number(String word) {
        try {
            return word.matches("-?\\d+") ? (Object) Long.parseLong(word) : (Object) Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw wrong();
        }
    }

    private Map<String, Object> map() {
        Map<String, Object> map = new LinkedHashMap<>();
        blanks();
        while (!is('}')) {
            expect(map.isEmpty() ? ' ' : ',');
            blanks();
            expect('"');
            String key = string();
            blanks();
            expect(':');
            map.put(key, value());
            blanks();
        }
        return map;
    }

    private List<Object> list() {
        List<Object> list = new ArrayList<>();
        blanks();
        while (!is(']')) {
            expect(list.isEmpty() ? ' ' : ',');
            list.add(value());
            blanks();
        }
        return list;
    }

    private String string() {
        StringBuilder string = new StringBuilder();
        while (!is('"')) {
            char c = next();
            if (c == '\\') {
                c = next();
                if (c == 'u') {
                    c = (char) Integer.parseInt(text.substring(at, at + 4), 16);
                    at += 4;
                }
            }
            string.append(c);
        }
        return string.toString();
    }

    private char next() {
        if (at >= text.length()) {
            throw wrong();
        }
        return text.charAt(at++);
    }

    private void blanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean is(char wanted) {
        boolean is = at < text.length() && text.charAt(at) == wanted;
        at += is ? 1 : 0;
        return is;
    }

    /** A blank stands for nothing. */
    private void expect(char wanted) {
        if (wanted != ' ' && !is(wanted)) {
            throw wrong();
        }
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("no JSON at character " + at);
    }
}
