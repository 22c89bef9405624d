package dev.javelin.flamegraph;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Times as people read them: three digits and a unit. */
public final class Nanos {
    private static final MathContext THREE_DIGITS = new MathContext(3, RoundingMode.HALF_UP);
    private static final String[] UNITS = {"ns", "us", "ms", "s"};

    private Nanos() {}

    /** For example {@code 1.20 ms}, and {@code 17 ns} for a whole number. ASCII only: {@code us}. */
    static String text(double nanos) {
        BigDecimal rounded = new BigDecimal(nanos).round(THREE_DIGITS);
        int unit = 0;
        while (unit < UNITS.length - 1 && rounded.compareTo(BigDecimal.valueOf(1000)) >= 0) {
            rounded = rounded.movePointLeft(3);
            unit++;
        }
        int whole = rounded.precision() - rounded.scale();
        boolean integer = unit == 0 && nanos == Math.rint(nanos);
        int decimals = integer ? 0 : Math.max(0, 3 - Math.max(1, whole));
        return rounded.setScale(decimals, RoundingMode.HALF_UP).toPlainString() + " " + UNITS[unit];
    }

    /** The same of a whole number. */
    public static String text(long nanos) {
        return text((double) nanos);
    }

    static String unicode(long nanos) {
        return unicode((double) nanos);
    }

    /** As {@link #text(double)}, with the right sign for micro. */
    static String unicode(double nanos) {
        return text(nanos).replace("us", "\u00b5s");
    }
}
