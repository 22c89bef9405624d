package dev.javelin.it.targets;

/**
 * From {@code go} on, calls each function of a native library a known number of times, a prime. Then {@code DONE} is said. The arguments are the library's
 * path, and {@code later} if it is to be loaded from {@code go} on only.
 */
public final class KnownNative {
    public static final int CALLS = 10_007;

    private KnownNative() {}

    private static native int run(int calls);

    /** Calls when it is told to. */
    public static void main(String[] arguments) throws InterruptedException {
        boolean later = arguments.length > 1;
        int sum = 0;
        if (!later) {
            System.load(arguments[0]);
            sum = run(1); // the linker has its work behind it
        }
        Console console = new Console().listen();
        console.ready();
        console.awaitGo();
        if (later) {
            System.load(arguments[0]);
        }
        Console.say("DONE " + (sum + run(CALLS)));
        Thread.sleep(Long.MAX_VALUE);
    }
}
