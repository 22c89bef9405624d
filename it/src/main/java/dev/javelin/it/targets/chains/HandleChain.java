package dev.javelin.it.targets.chains;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Method handles, constant and not, with adapters between: dropped, bound, filtered, spread and guarded arguments. */
@SuppressWarnings("UnusedMethod") // all are looked up by name
final class HandleChain implements Chain {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final MethodHandle ONE = find("one", long.class);

    private static MethodHandle two = MethodHandles.insertArguments(find("two", long.class, String.class), 1, "bound");
    private static MethodHandle three =
            MethodHandles.filterReturnValue(find("three", long.class), find("after", long.class));
    private static MethodHandle four = MethodHandles.guardWithTest(
            find("odd", long.class), find("four", long.class), find("alsoFour", long.class));
    private static MethodHandle five = find("five", long.class, long.class).asSpreader(Object[].class, 2);
    private static int turn;

    @Override
    public void run() throws Throwable {
        Work.keep((long) ONE.invokeExact(Work.seed()));
    }

    @Override
    public Grammar grammar() {
        // guardWithTest counts its branches: MethodHandleImpl.profileBoolean calls Math.addExact
        Grammar between = Grammar.anyOf("java.lang.invoke.", "sun.invoke.", "java.lang.Math.addExact");
        Grammar five = Grammar.seq(between, Grammar.calls("HandleChain.five", "Work.spin"));
        return Grammar.seq(
                Grammar.calls("HandleChain.run"),
                between,
                Grammar.calls("HandleChain.one"),
                between,
                Grammar.calls("HandleChain.two"),
                between,
                Grammar.either(
                        Grammar.seq(
                                Grammar.calls("HandleChain.three"),
                                between,
                                Grammar.either(
                                        Grammar.seq(Grammar.calls("HandleChain.four"), five),
                                        Grammar.seq(Grammar.calls("HandleChain.alsoFour"), five),
                                        Grammar.calls("HandleChain.odd"))),
                        Grammar.calls("HandleChain.after", "Work.spin")));
    }

    private static long one(long x) throws Throwable {
        return (long) two.invokeExact(x) + 1;
    }

    private static long two(long x, String bound) throws Throwable {
        return (long) three.invokeExact(x) + (bound == null ? 1 : 2);
    }

    private static long three(long x) throws Throwable {
        return (long) four.invokeExact(x) + 3;
    }

    private static boolean odd(long x) {
        return ((x + turn++) & 1) == 1;
    }

    private static long four(long x) throws Throwable {
        return (long) five.invoke(new Object[] {x, 4L}) + 4;
    }

    private static long alsoFour(long x) throws Throwable {
        return (long) five.invoke(new Object[] {x, 5L}) + 5;
    }

    private static long five(long x, long y) {
        return Work.spin(x + y, 4000);
    }

    private static long after(long x) {
        return Work.spin(x, 500);
    }

    private static MethodHandle find(String name, Class<?>... parameters) {
        Class<?> result = name.equals("odd") ? boolean.class : long.class;
        try {
            return LOOKUP.findStatic(HandleChain.class, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException absent) {
            throw new LinkageError(name, absent);
        }
    }
}
