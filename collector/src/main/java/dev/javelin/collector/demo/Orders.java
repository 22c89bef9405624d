package dev.javelin.collector.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Parses nested orders by recursive descent: deep stacks of one method, allocation, and work for the garbage collector. */
final class Orders {
    private static final int DEPTH = 20;
    private static final int ORDERS = 30;

    private final List<String> texts = new ArrayList<>();

    private static final class Cursor {
        private final String text;
        private int at;

        Cursor(String text) {
            this.text = text;
        }

        char next() {
            return text.charAt(at++);
        }

        boolean skip(char c) {
            boolean found = text.charAt(at) == c;
            if (found) {
                at++;
            }
            return found;
        }
    }

    Orders(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < ORDERS; i++) {
            StringBuilder text = new StringBuilder();
            write(text, random, DEPTH);
            texts.add(text.toString());
        }
    }

    /** Parses all orders, and returns how many values they have. */
    int parse() {
        int values = 0;
        for (String text : texts) {
            values += count(parseValue(new Cursor(text)));
        }
        return values;
    }

    private static void write(StringBuilder text, Random random, int depth) {
        text.append('[');
        for (int i = 0; i < 6; i++) {
            text.append('"')
                    .append(Long.toString(random.nextLong(), 36))
                    .append('"')
                    .append(',');
        }
        if (depth > 0) {
            write(text, random, depth - 1);
            text.append(',');
        }
        text.append(']');
    }

    private static Object parseValue(Cursor cursor) {
        return cursor.next() == '[' ? parseList(cursor) : parseString(cursor);
    }

    private static List<Object> parseList(Cursor cursor) {
        List<Object> values = new ArrayList<>();
        while (!cursor.skip(']')) {
            values.add(parseValue(cursor));
            cursor.skip(',');
        }
        return values;
    }

    private static String parseString(Cursor cursor) {
        StringBuilder text = new StringBuilder();
        for (char c = cursor.next(); c != '"'; c = cursor.next()) {
            text.append(c);
        }
        return text.toString();
    }

    private static int count(Object value) {
        if (!(value instanceof List<?> values)) {
            return 1;
        }
        int count = 0;
        for (Object inner : values) {
            count += count(inner);
        }
        return count;
    }
}
