package dev.javelin.collector.cli;

import java.util.function.Supplier;

/** A recording by the daemon; where that does not begin, and has said why, by this process. */
final class DaemonFirst implements RecordLoop.Round {
    private final DaemonClient.Round handed;
    private final Supplier<RecordLoop.Round> own;
    private RecordLoop.Round current;
    private boolean stopped;

    DaemonFirst(DaemonClient.Round handed, Supplier<RecordLoop.Round> own) {
        this.handed = handed;
        this.own = own;
        this.current = handed;
    }

    @Override
    public int record() {
        int status = handed.record();
        if (status == 0 || handed.hasBegun()) {
            return status;
        }
        RecordLoop.Round next = next();
        return next == null ? status : next.record();
    }

    /** Null if nothing is wanted any more. */
    private synchronized RecordLoop.Round next() {
        if (stopped) {
            return null;
        }
        current = own.get();
        return current;
    }

    @Override
    public synchronized void stop() {
        stopped = true;
        current.stop();
    }
}
