package dev.javelin.flamegraph;

import java.util.Locale;

/** What the values of a distribution are, and how people read them. */
enum Quantity {
    /** Times, in nanoseconds. */
    TIME("ns") {
        @Override
        String text(double value) {
            return Nanos.text(value);
        }

        @Override
        String tick(double value) {
            return unicode(value).replaceFirst("\\.0+ ", " ");
        }
    },
    /** Plain numbers, such as bytes or arguments: in full, a mean with one decimal. */
    NUMBER("number") {
        @Override
        String text(double value) {
            return String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : "%,.1f", value);
        }

        @Override
        String tick(double value) {
            double rest = value;
            int thousands = 0;
            while (rest >= 1000 && thousands < SHORT.length() - 1) {
                rest /= 1000;
                thousands++;
            }
            return (text(rest) + SHORT.charAt(thousands)).strip();
        }
    };

    /** For a thousand, and so on. */
    private static final String SHORT = " kMGTPE";

    private final String unit;

    Quantity(String unit) {
        this.unit = unit;
    }

    /** How files call the unit. */
    String unit() {
        return unit;
    }

    /** A value with its unit, in ASCII. */
    abstract String text(double value);

    /** The same with the right sign for micro. */
    String unicode(double value) {
        return this == TIME ? Nanos.unicode(value) : text(value);
    }

    /** A round value at an axis, as short as it can be said. */
    abstract String tick(double value);
}
