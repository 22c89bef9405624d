package dev.javelin.collector.probe;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers as they stand in predicates: decimal or hexadecimal, durations, sizes. */
final class PredicateNumber {
    private static final Pattern HEXADECIMAL = Pattern.compile("0[xX]([0-9a-fA-F]+)");
    private static final Pattern DECIMAL = Pattern.compile("(\\d+(?:\\.\\d+)?)(\\w*)");
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
    private static final Map<String, Long> SIZES =
            Map.of("k", 1L << 10, "K", 1L << 10, "M", 1L << 20, "g", 1L << 30, "G", 1L << 30);

    private PredicateNumber() {}

    /**
     * @param word begins with a digit
     * @throws IllegalArgumentException with what is wrong, to follow the word
     */
    static long parse(String word) {
        Matcher hexadecimal = HEXADECIMAL.matcher(word);
        if (hexadecimal.matches()) {
            BigInteger value = new BigInteger(hexadecimal.group(1), 16);
            if (value.bitLength() > Long.SIZE) {
                throw tooLarge();
            }
            return value.longValue();
        }
        Matcher decimal = DECIMAL.matcher(word);
        if (!decimal.matches() || decimal.group(2).matches("[xX].*")) {
            throw new IllegalArgumentException("is no number");
        }
        return decimal(decimal.group(1), decimal.group(2));
    }

    private static long decimal(String digits, String unit) {
        if (digits.matches("0\\d.*")) {
            throw new IllegalArgumentException("could be meant as octal: write it without the leading 0, or with 0x");
        }
        Long factor = unit.isEmpty() ? Long.valueOf(1) : NANOS.getOrDefault(unit, SIZES.get(unit));
        if (factor == null) {
            throw new IllegalArgumentException(
                    "has an unknown unit: durations are in ns, us, ms, s, m (minutes) or h, sizes in k, M or g");
        }
        if (digits.contains(".") && !NANOS.containsKey(unit)) {
            throw new IllegalArgumentException("has a fraction, which only durations may have, such as 1.5ms");
        }
        BigDecimal value = new BigDecimal(digits).multiply(BigDecimal.valueOf(factor));
        if (value.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException("is no whole number of nanoseconds");
        }
        if (value.toBigInteger().bitLength() >= Long.SIZE) {
            throw tooLarge();
        }
        return value.longValue();
    }

    private static IllegalArgumentException tooLarge() {
        return new IllegalArgumentException("does not fit in 64 bits");
    }
}
