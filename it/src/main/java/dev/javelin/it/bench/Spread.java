package dev.javelin.it.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** Minimum, median and maximum of some figures. */
record Spread(double min, double median, double max) {
    static Spread of(Collection<Double> figures) {
        double[] sorted =
                figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            return new Spread(Double.NaN, Double.NaN, Double.NaN);
        }
        double median = (sorted[sorted.length / 2] + sorted[(sorted.length - 1) / 2]) / 2;
        return new Spread(sorted[0], median, Arrays.stream(sorted).max().orElseThrow());
    }

    /** The three with so many decimals: {@code 1.23 (1.20 to 1.31)}. */
    String show(int decimals) {
        String figure = "%." + decimals + "f";
        return String.format(Locale.ROOT, figure + " (" + figure + " to " + figure + ")", median, min, max);
    }
}
