package dev.javelin.collector.probe;

import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.ProbeRow.What;
import java.util.List;

/** Which numbers the events of a probe have: arguments, and what was returned. */
final class EventNumbers {
    private EventNumbers() {}

    /** Whether it is an argument; null is none. */
    static boolean isArgument(What what) {
        return what != null && what.code() == What.argument(0).code();
    }

    /**
     * Does nothing where every event has the number; null is none.
     *
     * @param found where the probe leads
     * @throws JavelinException usage, if it does not
     */
    static void check(ProbeSpec spec, List<Found> found, What number) {
        if (isArgument(number)) {
            found.forEach(each -> ProbeValues.requireArgument(spec, each, number.index()));
        } else if (What.RETURN.equals(number)) {
            found.forEach(each -> ProbeValues.requireReturned(spec, each));
        }
    }
}
