package dev.javelin.collector.demo;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.util.function.LongUnaryOperator;

/**
 * Loads its rules anew each round, as a hidden class. New code is interpreted at first and then compiled by C1, so that
 * both show beside C2's, and so does the JVM's own work of loading and compiling.
 */
final class DiscountRules {
    private static final int INTERPRETED_CALLS = 150;
    private static final int CALLS_UNTIL_C1 = 1_500;

    private final byte[] code;
    private int round;

    DiscountRules() throws IOException {
        try (InputStream in = DiscountRules.class.getResourceAsStream("DiscountRules$Rule.class")) {
            code = in.readAllBytes();
        }
    }

    /** Loads the rules and applies them. */
    long reload() throws ReflectiveOperationException {
        Class<?> hidden = MethodHandles.lookup().defineHiddenClass(code, true).lookupClass();
        LongUnaryOperator rule =
                (LongUnaryOperator) hidden.getDeclaredConstructor().newInstance();
        int calls = round++ % 4 == 0 ? CALLS_UNTIL_C1 : INTERPRETED_CALLS;
        long sum = 0;
        for (int i = 0; i < calls; i++) {
            sum += rule.applyAsLong(i);
        }
        return sum;
    }

    /** A rule. */
    static final class Rule implements LongUnaryOperator {
        Rule() {}

        @Override
        public long applyAsLong(long cents) {
            long price = cents;
            for (int year = 1; year <= 40; year++) {
                price = rounded(discounted(price, year));
            }
            return price;
        }

        private static long discounted(long price, int year) {
            return price * (100 + year % 3) / 100 + year;
        }

        private static long rounded(long price) {
            return price - price % 5;
        }
    }
}
