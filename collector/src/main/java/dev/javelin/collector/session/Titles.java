package dev.javelin.collector.session;

import java.util.List;

/** What reports are called. */
public final class Titles {
    private Titles() {}

    /**
     * {@code CPU time of Shop}; of several events {@code Shop: CPU time, time off the CPU}, since what there is no room for is cut off at the end.
     *
     * @param events what is recorded
     * @param processes of what
     */
    public static String of(List<String> events, String processes) {
        if (events.size() == 1) {
            return events.get(0) + " of " + processes;
        }
        StringBuilder all = new StringBuilder(processes).append(": ").append(events.get(0));
        for (String event : events.subList(1, events.size())) {
            boolean isWord = event.length() > 1 && !Character.isUpperCase(event.charAt(1));
            all.append(", ").append(isWord ? Character.toLowerCase(event.charAt(0)) + event.substring(1) : event);
        }
        return all.toString();
    }
}
