package dev.javelin.collector.session;

import dev.javelin.collector.walker.CallWait;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Who held a monitor while threads waited for it. The kernel tells who let a thread in at last; where that one had waited itself, until then
 * the monitor was with whom it got it from, and so on. Only threads whose waits are seen can be followed so: those in calls. A monitor is known by its
 * class, so that of several of one class that a thread waits for at about the same time one may stand for another. Used by one thread.
 */
final class MonitorHolders {
    /** Holders of one wait that are told apart; of more, what was before is the first one's. */
    private static final int MOST = 64;

    /** {@code waker}: the id of who let the next one in, see {@link CallWait#waker}. */
    private record Held(long untilNanos, long waker) {}

    private record Waited(long type, long untilNanos, List<Held> held) {}

    private final LongFunction<Integer> threadOfWaker;
    /** The last wait of a thread. */
    private final Map<Integer, Waited> last = new HashMap<>();

    /** {@code threadOfWaker} has the number of a waker's thread; null if it is not known. */
    MonitorHolders(LongFunction<Integer> threadOfWaker) {
        this.threadOfWaker = threadOfWaker;
    }

    /**
     * A wait for a monitor, a piece for each holder, in their order; together they are as long.
     *
     * @param thread who waited
     * @param type the class of the monitor; 0 if it is not known
     */
    List<CallWait> pieces(CallWait wait, int thread, long type) {
        long began = wait.endNanos() - wait.nanos();
        boolean wokenWithin = wait.wokenNanos() > began && wait.wokenNanos() < wait.endNanos();
        long until = wokenWithin ? wait.wokenNanos() : wait.endNanos();
        List<Held> held = before(wait, type, began, until);
        held.add(new Held(until, wait.waker()));
        last.put(thread, new Waited(type, until, held));
        List<CallWait> pieces = new ArrayList<>();
        long from = began;
        for (Held each : held.subList(0, held.size() - 1)) {
            pieces.add(wait.heldBy(each.waker(), from, each.untilNanos()));
            from = each.untilNanos();
        }
        pieces.add(wait.from(from, wait.endNanos()));
        return pieces;
    }

    /** Those before the last one. */
    private List<Held> before(CallWait wait, long type, long began, long until) {
        List<Held> before = new ArrayList<>();
        Integer holder = threadOfWaker.apply(wait.waker());
        Waited own = holder == null ? null : last.get(holder);
        if (own != null && type != 0 && own.type == type && own.untilNanos > began && own.untilNanos < until) {
            List<Held> theirs = own.held.subList(Math.max(0, own.held.size() - MOST), own.held.size());
            for (Held each : theirs) {
                if (each.untilNanos > began) {
                    before.add(each);
                }
            }
        }
        return before;
    }
}
