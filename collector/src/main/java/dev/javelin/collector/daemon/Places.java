package dev.javelin.collector.daemon;

import dev.javelin.collector.session.JavelinException;
import java.util.HashMap;
import java.util.Map;

/** How many may have something at once, in all and of one user. Any thread may use it. */
final class Places {
    private final String what;
    private final int most;
    private final int mostOfOne;
    private final Map<Long, Integer> taken = new HashMap<>();
    private int all;

    /** {@code what} they have, in the plural. */
    Places(String what, int most, int mostOfOne) {
        this.what = what;
        this.most = most;
        this.mostOfOne = mostOfOne;
    }

    /** A place that is taken until it is closed. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Takes a place for a user.
     *
     * @param limited whether the limit of one user holds
     * @throws JavelinException if there is none left
     */
    synchronized Place take(long uid, boolean limited) {
        int own = taken.getOrDefault(uid, 0);
        if (all >= most) {
            throw JavelinException.failed("the daemon has " + all + " " + what + " already, which is its limit"
                    + ": try again when one has ended, or start it with a greater --max");
        }
        if (limited && own >= mostOfOne) {
            throw JavelinException.failed(
                    "the daemon has " + own + " " + what
                            + " of this user already, which is its limit for one: try again when one has ended, or start it with a greater --max");
        }
        all++;
        taken.put(uid, own + 1);
        return () -> leave(uid);
    }

    private synchronized void leave(long uid) {
        all--;
        taken.computeIfPresent(uid, (id, count) -> count == 1 ? null : count - 1);
    }
}
