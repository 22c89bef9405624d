package dev.javelin.collector.cli;

import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.ProbeRow;
import dev.javelin.collector.walker.ProbeRow.What;

/** What {@code --value} takes of each event, instead of its time or its number. */
final class CallValue {
    private CallValue() {}

    /**
     * What the programs sum up; null for null.
     *
     * @throws JavelinException usage, if there is no such value
     */
    static What of(String value) {
        if (value == null) {
            return null;
        }
        if (value.equals("retval")) {
            return What.RETURN;
        }
        int number = value.matches("arg\\d{1,2}") ? Integer.parseInt(value.substring("arg".length())) : -1;
        if (number < 0 || number >= ProbeRow.MAX_ARGUMENTS) {
            throw JavelinException.usage("--value " + value + ": unknown value; known are retval, and arg0 to arg"
                    + (ProbeRow.MAX_ARGUMENTS - 1) + " as far as the probe has them");
        }
        return What.argument(number);
    }
}
