package dev.javelin.collector.probe;

import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.ProbeRow.What;
import java.util.List;

/** Which numbers the events of a probe have: arguments, and what was returned. */
final class EventNumbers {
    /** Of a system call, and of a function of which nothing is known: the registers of the calling convention. */
    private static final int REGISTERS = 6;

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
        if (!isArgument(number)) {
            return;
        }
        int least = spec.kind() == ProbeSpec.Kind.SYSCALL
                ? REGISTERS
                : found.stream().mapToInt(each -> each.arguments().size()).min().orElse(0);
        if (number.index() >= least) {
            throw JavelinException.usage(spec.text() + ": has no " + number.text() + ", "
                    + (least == 0 ? "nor any other argument" : "only arg0 to arg" + (least - 1)));
        }
    }
}
