package dev.javelin.collector.cli;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The patterns in the name of an output file: {@code %p} process, {@code %t} time, {@code %n} or {@code %n{MAX}} a
 * number, {@code %{NAME}} an environment variable, {@code %%} a percent sign.
 */
final class FilePattern {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
    private static final long UNLIMITED = 1_000_000;

    private final String process;
    private final LocalDateTime now;
    private final Map<String, String> environment;

    /**
     * Fixes what the patterns stand for.
     *
     * @param process what {@code %p} becomes
     */
    FilePattern(String process, LocalDateTime now, Map<String, String> environment) {
        this.process = process;
        this.now = now;
        this.environment = environment;
    }

    /**
     * Expands {@code pattern}. {@code %n} becomes the first number from 1 on that no file has; {@code %n{MAX}} stops at
     * MAX, and then takes the number of the file that was written longest ago.
     *
     * @param modified when the file of a name was last written, negative if there is none
     * @throws IllegalArgumentException with a message for users
     */
    String expand(String pattern, ToLongFunction<String> modified) {
        long max = sequenceMax(pattern);
        if (max == 0) {
            return replace(pattern, 0);
        }
        String oldest = null;
        long oldestTime = Long.MAX_VALUE;
        for (long n = 1; n <= max; n++) {
            String name = replace(pattern, n);
            long time = modified.applyAsLong(name);
            if (time < 0) {
                return name;
            }
            if (time < oldestTime) {
                oldest = name;
                oldestTime = time;
            }
        }
        return oldest;
    }

    /** The greatest number for {@code %n}; 0 if the pattern has none. */
    private static long sequenceMax(String pattern) {
        long max = 0;
        for (int i = pattern.indexOf('%'); i >= 0 && i + 1 < pattern.length(); i = pattern.indexOf('%', i + 2)) {
            if (pattern.charAt(i + 1) == 'n') {
                String braces = braces(pattern, i + 2);
                max = braces == null ? UNLIMITED : number(braces);
            }
        }
        return max;
    }

    private static long number(String braces) {
        if (!braces.matches("[1-9]\\d{0,5}")) {
            throw new IllegalArgumentException(
                    "%n{" + braces + "}: write a number from 1 to 999999 between the braces");
        }
        return Long.parseLong(braces);
    }

    private String replace(String pattern, long n) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < pattern.length()) {
            char c = pattern.charAt(i++);
            if (c != '%') {
                out.append(c);
                continue;
            }
            char kind = i < pattern.length() ? pattern.charAt(i++) : 0;
            String braces = kind == '{' ? braces(pattern, i - 1) : kind == 'n' ? braces(pattern, i) : null;
            out.append(value(kind, braces, n));
            if (braces != null) {
                i = pattern.indexOf('}', i) + 1;
            }
        }
        return out.toString();
    }

    private String value(char kind, String braces, long n) {
        return switch (kind) {
            case '%' -> "%";
            case 'p' -> process;
            case 't' -> TIME.format(now);
            case 'n' -> Long.toString(n);
            case '{' -> variable(braces);
            default ->
                throw new IllegalArgumentException("unknown pattern '%" + (kind == 0 ? "" : kind)
                        + "' in the file's name: known are %p, %t, %n, %n{MAX}, %{NAME}, and %% for a percent sign");
        };
    }

    private String variable(String name) {
        String value = name == null ? null : environment.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "%{" + (name == null ? "" : name) + "}: there is no environment variable of that name");
        }
        return value;
    }

    /** What stands in the braces that open at {@code at}; null if none do. */
    private static String braces(String pattern, int at) {
        int end = at < pattern.length() && pattern.charAt(at) == '{' ? pattern.indexOf('}', at) : -1;
        return end < 0 ? null : pattern.substring(at + 1, end);
    }
}
