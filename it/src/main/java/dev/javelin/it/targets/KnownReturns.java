package dev.javelin.it.targets;

/**
 * From {@code go} on, calls functions of a native library a known number of times: of {@code jumps} half of the calls are left by
 * {@code longjmp}; {@code catches} catches what it throws itself; {@code recurses} calls itself, {@link #DEPTH} frames deep; {@code ends} ends its
 * thread, a tenth of the times; {@code tail_first} jumps to {@code tail_last}. With {@code pass} as its second argument exceptions pass
 * {@code passes}, half of the times, and nothing else is called. Then {@code DONE} is said.
 */
public final class KnownReturns {
    /** Even. */
    public static final int CALLS = 1_000;
    /** More than the returns that the kernel keeps of a thread. */
    public static final int DEPTH = 100;

    /** What the JVM is asked for, too. */
    public static final int COLLECTIONS = 11;

    private KnownReturns() {}

    private static native int run(int calls);

    private static native int pass(int calls);

    /** Calls when it is told to; the first argument is the library's path. */
    public static void main(String[] arguments) throws InterruptedException {
        System.load(arguments[0]);
        Console console = new Console().listen();
        console.ready();
        console.awaitGo();
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        Console.say("DONE " + (arguments.length > 1 ? pass(CALLS) : run(CALLS)));
        Thread.sleep(Long.MAX_VALUE);
    }
}
