package dev.javelin.collector.user;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How JFR records an event of user-space mode: the events that it has for it, and what these leave out.
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

    /** Whether JFR has it. Nothing there samples threads that wait by elapsed time. */
    static boolean has(ProfilerEvent event) {
        return event != ProfilerEvent.WALL;
    }

    /** Whether the Java that Javelin runs on can read JFR's files: one that was made small may not. */
    static boolean isReadable() {
        return ModuleLayer.boot().findModule("jdk.jfr").isPresent();
    }

    /** Nanoseconds between two samples of a thread: whole milliseconds. */
    static long period(long interval) {
        return Math.max(SHORTEST_PERIOD, (interval + MILLI - 1) / MILLI * MILLI);
    }

    /** What a report does not show. */
    static String missing(ProfilerEvent event, long interval) {
        String frames = "no kernel, JVM or native frames";
        return switch (event) {
            case CPU ->
                frames + "; not CPU time: every " + period(interval) / MILLI
                        + " ms up to 5 threads that run Java code, on a CPU or waiting for one, and nothing of time in native code and in the JVM";
            case ALLOC ->
                frames
                        + "; a sample for each new allocation buffer of a thread (TLAB) and each object outside of these,"
                        + " whatever -i says";
            case LOCK -> frames + "; no waits shorter than " + shown(interval);
            case WALL -> throw new IllegalArgumentException("JFR has no " + event);
        };
    }

    private static String shown(long nanos) {
        return nanos % 1000 == 0
                ? String.format(Locale.ROOT, "%,d us", nanos / 1000)
                : String.format(Locale.ROOT, "%,d ns", nanos);
    }

    /** The configuration (.jfc), as every JFR reads it. */
    static String configuration(ProfilerEvent event, long interval) {
        StringBuilder text = new StringBuilder(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<configuration version=\"2.0\" label=\"Javelin\">\n");
        Map<String, String> settings = settings(event, interval);
        settings.put(ACTIVE_SETTING, "");
        settings.put(DATA_LOSS, "");
        settings.forEach((name, setting) -> text.append("  <event name=\"")
                .append(name)
                .append("\">\n    <setting name=\"enabled\">true</setting>\n")
                .append(setting)
                .append("  </event>\n"));
        return text.append("</configuration>\n").toString();
    }

    private static Map<String, String> settings(ProfilerEvent event, long interval) {
        Map<String, String> settings = new LinkedHashMap<>();
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
        return settings;
    }

    private static String setting(String name, String value) {
        return "    <setting name=\"" + name + "\">" + value + "</setting>\n";
    }
}
