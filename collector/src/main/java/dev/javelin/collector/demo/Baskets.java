package dev.javelin.collector.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongUnaryOperator;

/** Prices baskets: hot code that C2 compiles and inlines, streams, and lambdas of which no call site knows the only one. */
final class Baskets {
    private static final int BASKETS = 300;
    private static final int ITEMS = 40;

    private record Item(long cents, int count) {
        long total() {
            return cents * count;
        }
    }

    private final List<List<Item>> baskets = new ArrayList<>();
    private final List<LongUnaryOperator> taxes = List.of(
            cents -> cents + cents * 19 / 100,
            cents -> cents + cents * 7 / 100,
            cents -> cents - cents / 50,
            cents -> Math.max(cents, 199),
            cents -> Math.floorDiv(cents + 4, 5) * 5);

    Baskets(long seed) {
        Random random = new Random(seed);
        for (int b = 0; b < BASKETS; b++) {
            List<Item> items = new ArrayList<>();
            for (int i = 0; i < ITEMS; i++) {
                items.add(new Item(random.nextInt(10_000), 1 + random.nextInt(9)));
            }
            baskets.add(items);
        }
    }

    /** Prices all baskets. */
    long price() {
        long sum = 0;
        for (List<Item> basket : baskets) {
            sum += withTaxes(total(basket)) + largest(basket);
        }
        return sum;
    }

    private static long total(List<Item> basket) {
        long cents = 0;
        for (Item item : basket) {
            cents += item.total();
        }
        return cents;
    }

    private long withTaxes(long cents) {
        long price = cents;
        for (LongUnaryOperator tax : taxes) {
            price = tax.applyAsLong(price);
        }
        return price;
    }

    private static long largest(List<Item> basket) {
        return basket.stream()
                .filter(item -> item.count() > 2)
                .mapToLong(Item::total)
                .sorted()
                .reduce(0, (a, b) -> b);
    }
}
