package dev.javelin.collector.cli;

import java.time.Duration;
import java.util.function.BiFunction;

/** Recordings of the same processes one after the other, each with a report: a single one, or as many as fit. */
final class RecordLoop {
    /** One recording, by this process or by the daemon. */
    interface Round {
        /** Records and returns the exit status. Signals are the caller's business. */
        int record();

        /** Ends the recording, which writes its report. May be called by any thread at any time. */
        void stop();
    }

    private final Cli cli;
    private final BiFunction<Targets, Duration, Round> rounds;
    private final Duration total;
    private final Duration each;
    private volatile boolean stopped;
    private volatile Round current;

    /**
     * Prepares them.
     *
     * @param rounds makes the next one, of these processes and for so long; null until it is stopped
     * @param total how long in all; null until stopped
     * @param each how long each; null for a single one
     */
    RecordLoop(Cli cli, BiFunction<Targets, Duration, Round> rounds, Duration total, Duration each) {
        this.cli = cli;
        this.rounds = rounds;
        this.total = total;
        this.each = each;
    }

    /** Ends the recording that runs, which writes its report, and begins no other. May be called by any thread. */
    void stop() {
        stopped = true;
        Round running = current;
        if (running != null) {
            running.stop();
        }
    }

    /**
     * Records until the time is over, {@link #stop} is called, the processes have ended, or a recording fails.
     *
     * @return the exit status
     */
    int run(Targets targets) {
        long begin = System.nanoTime();
        Targets left = targets;
        int status;
        do {
            status = record(left, duration(begin));
            left = left.alive();
        } while (each != null && status == 0 && !stopped && !left.isEmpty() && remaining(begin) > 0);
        return status;
    }

    private int record(Targets targets, Duration duration) {
        Round round;
        try {
            round = rounds.apply(targets, duration);
        } catch (RuntimeException | Error e) {
            return cli.fail(e);
        }
        current = round;
        if (stopped) {
            round.stop();
        }
        return round.record();
    }

    private Duration duration(long begin) {
        if (each == null || total == null) {
            return each == null ? total : each;
        }
        return Duration.ofNanos(Math.min(each.toNanos(), remaining(begin)));
    }

    /** Nanoseconds until all is over. */
    private long remaining(long begin) {
        return total == null ? Long.MAX_VALUE : total.toNanos() - (System.nanoTime() - begin);
    }
}
