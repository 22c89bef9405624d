package dev.javelin.collector.cli;

/** The wish that work ends, which may come before there is anything to end. */
final class Stop {
    private Runnable work;
    private boolean asked;

    /** Ends the work, or what will be the work as soon as it is known. */
    synchronized void ask() {
        asked = true;
        if (work != null) {
            work.run();
        }
    }

    /** From now on this ends the work; it must not block for long. */
    synchronized void passTo(Runnable end) {
        work = end;
        if (asked) {
            end.run();
        }
    }
}
