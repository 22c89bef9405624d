package dev.javelin.it.targets;

/** From {@code go} on, calls each function of a native library a known number of times, a prime. Then {@code DONE} is said. */
public final class KnownNative {
    public static final int CALLS = 10_007;

    private KnownNative() {}

    private static native int run(int calls);

    /** Calls when it is told to; the argument is the library's path. */
    public static void main(String[] arguments) throws InterruptedException {
        System.load(arguments[0]);
        int sum = run(1); // the linker has its work behind it
        Console console = new Console().listen();
        console.ready();
        console.awaitGo();
        Console.say("DONE " + (sum + run(CALLS)));
        Thread.sleep(Long.MAX_VALUE);
    }
}
