package dev.javelin.collector.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with units as they are typed and shown: durations in ns, us, ms, s, m, h; counts in k, m, g. */
final class Units {
    private static final Pattern NUMBER = Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?)([a-z]*)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns",
            1L,
            "us",
            1_000L,
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "h",
            3_600_000_000_000L);
    private static final Map<String, Long> COUNTS = Map.of("", 1L, "k", 1_000L, "m", 1_000_000L, "g", 1_000_000_000L);
    private static final String[] SHOWN = {"h", "m", "s", "ms", "us"};

    private Units() {}

    /**
     * Reads a duration such as {@code 10ms} or {@code 1.5s}.
     *
     * @param bareUnit the unit of a number without one
     * @return nanoseconds, 0 or more
     * @throws IllegalArgumentException with a message for users
     */
    static long nanos(String text, String bareUnit) {
        Matcher matcher = NUMBER.matcher(text);
        Long unit = matcher.matches() ? NANOS.get(matcher.group(2).isEmpty() ? bareUnit : matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("'" + text
                    + "' is not a duration: write a number with ns, us, ms, s, m or h, for example 10ms, 30s or 2m");
        }
        return product(text, matcher.group(1), unit);
    }

    /**
     * Reads a count such as {@code 1000000} or {@code 500k}; k, m and g are powers of 1,000.
     *
     * @throws IllegalArgumentException with a message for users
     */
    static long count(String text) {
        Matcher matcher = NUMBER.matcher(text);
        Long unit = matcher.matches() ? COUNTS.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a count of events: write a number, or one with k, m or g, for example 1m");
        }
        return product(text, matcher.group(1), unit);
    }

    /** A duration as it could have been typed, with at most four digits that say something: {@code 10ms}, {@code 1.001ms}. */
    static String duration(long nanos) {
        for (String unit : SHOWN) {
            long size = NANOS.get(unit);
            if (nanos >= size && (nanos % size == 0 || size <= 1_000_000_000L)) {
                return plain(BigDecimal.valueOf(nanos).divide(BigDecimal.valueOf(size), new MathContext(4))) + unit;
            }
        }
        return nanos + "ns";
    }

    private static String plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return (stripped.scale() < 0 ? stripped.setScale(0) : stripped).toPlainString();
    }

    private static long product(String text, String number, long unit) {
        try {
            return new BigDecimal(number)
                    .multiply(BigDecimal.valueOf(unit))
                    .toBigInteger()
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is too large", e);
        }
    }
}
