package dev.javelin.it.targets;

/**
 * Works until the line {@code go} comes, and then replaces itself by {@code sleep}: the same process id, another program.
 * The argument is the path of the native library.
 */
public final class ExecTarget {
    private static volatile long sink;

    private ExecTarget() {}

    /** Works, then becomes {@code /bin/sleep 20}. */
    public static void main(String[] arguments) throws InterruptedException {
        System.load(arguments[0]);
        Thread worker = new Thread(ExecTarget::work, "worker");
        worker.setDaemon(true);
        worker.start();
        Console console = new Console().listen();
        console.ready();
        console.awaitGo();
        exec("/bin/sleep", "20");
        throw new IllegalStateException("exec failed");
    }

    private static void work() {
        for (long i = 0; ; i++) {
            sink = i * i;
        }
    }

    private static native void exec(String program, String argument);
}
