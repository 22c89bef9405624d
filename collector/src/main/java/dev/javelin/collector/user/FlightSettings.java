package dev.javelin.collector.user;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * How JFR records the events of user-space mode: the events that it has for each, and what these leave out.
 *
 * <p>Of CPU time it is {@code jdk.ExecutionSample}, also where there is {@code jdk.CPUTimeSample} (JDK 25): that one would measure CPU time, but is
 * experimental, and JVMs were seen to crash by it (JDK-8392187).
 */
final class FlightSettings {
    static final String EXECUTION = "jdk.ExecutionSample";
    static final String IN_NEW_TLAB = "jdk.ObjectAllocationInNewTLAB";
    static final String OUTSIDE_TLAB = "jdk.ObjectAllocationOutsideTLAB";
    static final String MONITOR_ENTER = "jdk.JavaMonitorEnter";
    static final String PARK = "jdk.ThreadPark";
    /** What the settings have become, together with those of other recordings. */
    static final String ACTIVE_SETTING = "jdk.ActiveSetting";

    static final String DATA_LOSS = "jdk.DataLoss";

    /** JDK 11 samples no more often than that, whatever it is told (jfrThreadSampler.cpp). */
    private static final long SHORTEST_PERIOD = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private FlightSettings() {}

    /** Whether the Java that Javelin runs on can read JFR's files: one that was made small may not. */
    static boolean isReadable() {
        return ModuleLayer.boot().findModule("jdk.jfr").isPresent();
    }

    /** Nanoseconds between two samples of a thread: whole milliseconds. */
    static long period(long interval) {
        return Math.max(SHORTEST_PERIOD, (interval + MILLI - 1) / MILLI * MILLI);
    }

    /** What a report does not show. */
    static String missing(List<UserEvent> events) {
        return events.stream()
                .map(event -> missing(event.kind(), event.interval()))
                .collect(Collectors.joining("; ", "no kernel, JVM or native frames; ", ""));
    }

    private static String missing(ProfilerEvent event, long interval) {
        return switch (event) {
            case CPU ->
                "not CPU time: every " + period(interval) / MILLI
                        + " ms up to 5 threads that run Java code, on a CPU or waiting for one, and nothing of time in native code and in the JVM";
            case ALLOC ->
                "a sample for each new allocation buffer of a thread (TLAB) and each object outside of these,"
                        + " whatever -i says";
            case LOCK -> "no waits shorter than " + shown(interval);
            case WALL -> throw new IllegalArgumentException("JFR has no " + event);
        };
    }

    private static String shown(long nanos) {
        return nanos % 1000 == 0
                ? String.format(Locale.ROOT, "%,d us", nanos / 1000)
                : String.format(Locale.ROOT, "%,d ns", nanos);
    }

    /** The configuration (.jfc), as every JFR reads it. */
    static String configuration(List<UserEvent> events) {
        StringBuilder text = new StringBuilder(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<configuration version=\"2.0\" label=\"Javelin\">\n");
        Map<String, String> settings = new LinkedHashMap<>();
        events.forEach(event -> addSettings(event.kind(), event.interval(), settings));
        settings.put(ACTIVE_SETTING, "");
        settings.put(DATA_LOSS, "");
        settings.forEach((name, setting) -> text.append("  <event name=\"")
                .append(name)
                .append("\">\n    <setting name=\"enabled\">true</setting>\n")
                .append(setting)
                .append("  </event>\n"));
        return text.append("</configuration>\n").toString();
    }

    /** Nothing in JFR samples threads that wait by elapsed time. */
    private static void addSettings(ProfilerEvent event, long interval, Map<String, String> settings) {
        switch (event) {
            case CPU -> settings.put(EXECUTION, setting("period", period(interval) / MILLI + " ms"));
            case ALLOC -> {
                settings.put(IN_NEW_TLAB, setting("stackTrace", "true"));
                settings.put(OUTSIDE_TLAB, setting("stackTrace", "true"));
            }
            case LOCK -> {
                String wait = setting("stackTrace", "true") + setting("threshold", interval + " ns");
                settings.put(MONITOR_ENTER, wait);
                settings.put(PARK, wait);
            }
            case WALL -> throw new IllegalArgumentException("JFR has no " + event);
        }
    }

    private static String setting(String name, String value) {
        return "    <setting name=\"" + name + "\">" + value + "</setting>\n";
    }
}
