package dev.javelin.collector.demo;

import java.io.IOException;
import java.util.concurrent.Callable;

/**
 * A shop without customers: named threads that price baskets, parse orders, compress invoices, write a journal, ask a
 * server over a socket and load rules. It prints {@code ready} and runs until its standard input ends, so that it never
 * outlives who started it.
 */
public final class SampleApplication {
    private static final long PAUSE_MILLIS = 3;

    private SampleApplication() {}

    /** Runs the application. */
    public static void main(String[] args) throws IOException {
        start("price-baskets", new Baskets(42)::price);
        start("parse-orders", new Orders(7)::parse);
        start("compress-invoices", new Invoices(3)::compress);
        start("write-journal", new Journal()::append);
        start("ask-stock-server", new StockServer()::ask);
        start("load-discount-rules", new DiscountRules()::reload);
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // only the end counts
        }
        System.out.println("done");
        Runtime.getRuntime().halt(0);
    }

    private static void start(String name, Callable<?> round) {
        Thread thread = new Thread(() -> repeat(round), name);
        thread.setDaemon(true);
        thread.start();
    }

    /** A round of some milliseconds after the other, with pauses, so that the demo leaves the machine usable. */
    private static void repeat(Callable<?> round) {
        try {
            while (true) {
                round.call();
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (Exception e) {
            throw new IllegalStateException(Thread.currentThread().getName() + " failed", e);
        }
    }
}
