package dev.javelin.it.bench;

/** Waiting, without checked exceptions. */
final class Pause {
    private Pause() {}

    /** Sleeps that long. */
    static void seconds(double seconds) {
        try {
            Thread.sleep((long) (seconds * 1000));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
