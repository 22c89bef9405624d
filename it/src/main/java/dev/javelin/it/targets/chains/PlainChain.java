package dev.javelin.it.targets.chains;

import java.util.stream.IntStream;

/**
 * Static methods with arguments of every kind, in registers and on the stack. C2 inlines a good part of them, C1 less,
 * and {@code -XX:CompileCommand=exclude} makes any of them interpreted between compiled ones.
 */
final class PlainChain implements Chain {
    private static final int DEPTH = 24;
    private static final Object KEY = new Object();

    @Override
    public void run() {
        Work.keep(f00(Work.seed()));
    }

    @Override
    public Grammar grammar() {
        String[] methods = IntStream.rangeClosed(0, DEPTH)
                .mapToObj(i -> i == 0 ? "PlainChain.run" : String.format("PlainChain.f%02d", i - 1))
                .toArray(String[]::new);
        return Grammar.calls(methods).thenWork();
    }

    private static long f00(long a) {
        long x = a;
        return f01(x, 3) + 1;
    }

    private static long f01(long a, int b) {
        long x = a + b;
        return f02((int) x, x, 0.5) + 2;
    }

    private static long f02(int a, long b, double c) {
        long x = b + (long) c + a;
        return f03(x, 1, 1.5f, 2.5, 4, 5, 6, 7.5, 8, 9) + 3;
    }

    private static long f03(long a, int b, float c, double d, long e, int f, long g, double h, int i, long j) {
        long x = a + b + (long) c + (long) d + e + f + g + (long) h + i + j;
        return f04(x == 0 ? null : KEY) + 4;
    }

    private static long f04(Object a) {
        long x = a == null ? 1 : 2;
        return f05(new long[] {x}, 0) + 5;
    }

    private static long f05(long[] a, int b) {
        long x = a[b];
        return f06(x) + 6;
    }

    private static long f06(long a) {
        long x = a;
        return f07(x, 3) + 7;
    }

    private static long f07(long a, int b) {
        long x = a + b;
        return f08((int) x, x, 0.5) + 8;
    }

    private static long f08(int a, long b, double c) {
        long x = b + (long) c + a;
        return f09(x, 1, 1.5f, 2.5, 4, 5, 6, 7.5, 8, 9) + 9;
    }

    private static long f09(long a, int b, float c, double d, long e, int f, long g, double h, int i, long j) {
        long x = a + b + (long) c + (long) d + e + f + g + (long) h + i + j;
        return f10(x == 0 ? null : KEY) + 10;
    }

    private static long f10(Object a) {
        long x = a == null ? 1 : 2;
        return f11(new long[] {x}, 0) + 11;
    }

    private static long f11(long[] a, int b) {
        long x = a[b];
        return f12(x) + 12;
    }

    private static long f12(long a) {
        long x = a;
        return f13(x, 3) + 13;
    }

    private static long f13(long a, int b) {
        long x = a + b;
        return f14((int) x, x, 0.5) + 14;
    }

    private static long f14(int a, long b, double c) {
        long x = b + (long) c + a;
        return f15(x, 1, 1.5f, 2.5, 4, 5, 6, 7.5, 8, 9) + 15;
    }

    private static long f15(long a, int b, float c, double d, long e, int f, long g, double h, int i, long j) {
        long x = a + b + (long) c + (long) d + e + f + g + (long) h + i + j;
        return f16(x == 0 ? null : KEY) + 16;
    }

    private static long f16(Object a) {
        long x = a == null ? 1 : 2;
        return f17(new long[] {x}, 0) + 17;
    }

    private static long f17(long[] a, int b) {
        long x = a[b];
        return f18(x) + 18;
    }

    private static long f18(long a) {
        long x = a;
        return f19(x, 3) + 19;
    }

    private static long f19(long a, int b) {
        long x = a + b;
        return f20((int) x, x, 0.5) + 20;
    }

    private static long f20(int a, long b, double c) {
        long x = b + (long) c + a;
        return f21(x, 1, 1.5f, 2.5, 4, 5, 6, 7.5, 8, 9) + 21;
    }

    private static long f21(long a, int b, float c, double d, long e, int f, long g, double h, int i, long j) {
        long x = a + b + (long) c + (long) d + e + f + g + (long) h + i + j;
        return f22(x == 0 ? null : KEY) + 22;
    }

    private static long f22(Object a) {
        long x = a == null ? 1 : 2;
        return f23(new long[] {x}, 0) + 23;
    }

    private static long f23(long[] a, int b) {
        long x = a[b];
        return Work.spin(x, 4000) + 1;
    }
}
