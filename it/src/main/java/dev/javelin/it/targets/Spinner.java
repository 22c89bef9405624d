package dev.javelin.it.targets;

import java.lang.reflect.InvocationTargetException;

/**
 * One busy thread. {@code Spinner exit 3} ends by itself after so many seconds; {@code Spinner exec 3} replaces itself by
 * {@code sleep}, which needs JNA on the class path; without arguments it runs until it is killed.
 */
public final class Spinner {
    private static volatile long sink;

    private Spinner() {}

    public static void main(String[] arguments) throws Exception {
        long end = arguments.length < 2
                ? Long.MAX_VALUE
                : System.nanoTime() + Long.parseLong(arguments[1]) * 1_000_000_000L;
        System.out.println("READY");
        while (System.nanoTime() < end) {
            sink = spin(sink);
        }
        if (arguments[0].equals("exec")) {
            exec("/bin/sleep", "60");
        }
    }

    private static long spin(long seed) {
        long x = seed;
        for (int i = 0; i < 100_000; i++) {
            x = x * 31 + i;
        }
        return x;
    }

    /** execv by reflection: JNA is there only where a test puts it. */
    private static void exec(String program, String argument)
            throws ClassNotFoundException, NoSuchMethodException, IllegalAccessException, InvocationTargetException {
        Class<?> function = Class.forName("com.sun.jna.Function");
        Object execv =
                function.getMethod("getFunction", String.class, String.class).invoke(null, "c", "execv");
        Object[] call = {program, new String[] {program, argument}};
        function.getMethod("invokeInt", Object[].class).invoke(execv, (Object) call);
        throw new IllegalStateException("execv " + program + " failed");
    }
}
