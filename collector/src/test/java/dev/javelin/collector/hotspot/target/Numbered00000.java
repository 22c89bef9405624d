package dev.javelin.collector.hotspot.target;

/** What {@link Churn} makes classes of, with other numbers. */
final class Numbered00000 {
    private Numbered00000() {}

    static int work00000(int value) {
        int sum = 0;
        for (int i = 0; i < 100; i++) {
            sum += inner00000(value + i);
        }
        return sum;
    }

    private static int inner00000(int value) {
        return (value * 31) ^ (value >>> 3);
    }
}
