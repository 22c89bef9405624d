package dev.javelin.it.targets;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * From {@code go} on, events that HotSpot has probes for, with names that are known: a class is loaded, a thread is started and waits for a
 * monitor, a method is compiled, garbage is collected, a file is opened. Then {@code DONE} is said.
 */
public final class KnownEvents {
    /** In the JVM's form with slashes. */
    public static final String CLASS = "hostile/\"quoted\" \\ \u001b]2J \uD83D\uDE00 \u202E";

    /** More bytes than are shown; the 128th is the first of two. */
    public static final String THREAD = "t".repeat(127) + "é and more";

    /** A file that is opened once. */
    public static final String FILE = "/proc/self/comm";

    private static final class Lock {}

    private KnownEvents() {}

    /** Has its events when it is told to. */
    public static void main(String[] arguments) throws Exception {
        Console console = new Console().listen();
        console.ready();
        console.awaitGo();
        ClassBytes.define(CLASS.replace('/', '.'), new ClassBytes(CLASS).toBytes());
        Files.readString(Path.of(FILE));
        waitForAMonitor();
        long sum = 0;
        for (int i = 0; i < 200_000; i++) {
            sum += compiledMethod(i);
        }
        System.gc();
        Console.say("DONE " + sum);
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void waitForAMonitor() throws InterruptedException {
        Lock lock = new Lock();
        Thread thread = new Thread(() -> enter(lock), THREAD);
        synchronized (lock) {
            thread.start();
            while (thread.getState() != Thread.State.BLOCKED) {
                Thread.onSpinWait();
            }
        }
        thread.join();
    }

    private static void enter(Lock lock) {
        synchronized (lock) {
            Thread.onSpinWait();
        }
    }

    private static int compiledMethod(int n) {
        return n * 31 ^ n >>> 3;
    }
}
