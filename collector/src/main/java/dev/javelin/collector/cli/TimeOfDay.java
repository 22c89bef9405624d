package dev.javelin.collector.cli;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;

/** The time of day of events whose time is known by CLOCK_MONOTONIC. Used by one thread. */
final class TimeOfDay {
    private static final long SECOND = 1_000_000_000;
    private static final int NANOS_IN_MICRO = 1_000;
    private static final int MICRO_DIGITS = 6;

    private final ZoneId zone;
    /** Nanoseconds since 1970 at 0 of the monotonic clock. */
    private final long offset;

    private long shownSecond = -1;
    private String shown = "";

    /**
     * Ties the two clocks together.
     *
     * @param now this instant
     * @param monotonic the same by {@link System#nanoTime}, which is CLOCK_MONOTONIC
     */
    TimeOfDay(Instant now, long monotonic, ZoneId zone) {
        this.offset = now.getEpochSecond() * SECOND + now.getNano() - monotonic;
        this.zone = zone;
    }

    /** Appends the time as {@code 23:59:59.123456}. */
    void append(StringBuilder line, long monotonic) {
        long nanos = monotonic + offset;
        long second = Math.floorDiv(nanos, SECOND);
        if (second != shownSecond) {
            shownSecond = second;
            LocalTime time = LocalTime.ofInstant(Instant.ofEpochSecond(second), zone);
            shown = String.format("%02d:%02d:%02d.", time.getHour(), time.getMinute(), time.getSecond());
        }
        String micros = Long.toString(Math.floorMod(nanos, SECOND) / NANOS_IN_MICRO);
        line.append(shown).append("0".repeat(MICRO_DIGITS - micros.length())).append(micros);
    }
}
