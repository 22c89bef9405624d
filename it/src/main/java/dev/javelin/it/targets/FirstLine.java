package dev.javelin.it.targets;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** Works in the first line of {@code main}, says so, and ends as it is told to. Java 8, for the oldest JDK that the agent runs in. */
public final class FirstLine {
    private static final long WORK_MILLIS = 300;
    private static final long MILLI = 1_000_000;
    private static final long INTERRUPTED_NANOS = 1_000_000;

    private FirstLine() {}

    /**
     * The argument: {@code end}, {@code exit}, {@code throw}, {@code halt} or {@code wait}, for the end of its input. Another one is the milliseconds
     * that it works.
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        double result = firstLine(MILLI * (arguments.length > 1 ? Long.parseLong(arguments[1]) : WORK_MILLIS));
        System.out.println(result > 0 ? "WORKED" : "FAILED");
        String ending = arguments[0];
        if (ending.equals("exit")) {
            new Thread(() -> System.exit(3)).start();
            new CountDownLatch(1).await();
        } else if (ending.equals("throw")) {
            throw new IllegalStateException("thrown on purpose");
        } else if (ending.equals("halt")) {
            Runtime.getRuntime().halt(5);
        } else if (ending.equals("wait")) {
            System.in.read();
        } else if (!ending.equals("end")) {
            throw new IllegalArgumentException(ending);
        }
    }

    /** Works for so long on a CPU: steps that took much longer than others were interrupted, and do not count. */
    private static double firstLine(long nanos) {
        double x = 1;
        long worked = 0;
        long before = System.nanoTime();
        while (worked < nanos) {
            for (int i = 0; i < 1_000; i++) {
                x = Math.sqrt(x + i);
            }
            long now = System.nanoTime();
            worked += now - before < INTERRUPTED_NANOS ? now - before : 0;
            before = now;
        }
        return x;
    }
}
