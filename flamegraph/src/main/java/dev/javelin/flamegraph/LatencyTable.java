package dev.javelin.flamegraph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The latencies that one probe saw, in nanoseconds, or the values: in all, and for each key if it has keys. Used by one thread.
 */
public final class LatencyTable {
    /**
     * A key, as the target spells it, and its latencies.
     *
     * @param isRest whether it is no key, but the sum of those that are not listed, with a name for them
     */
    record Row(String key, Latencies latencies, boolean isRest) {}

    private static final Comparator<Row> LONGEST_FIRST = Comparator.comparingLong(
                    (Row row) -> row.latencies().total())
            .reversed()
            .thenComparing(Row::key);

    private final String probe;
    private final String value;
    private final Latencies all = new Latencies();
    private final Map<String, Latencies> keys = new HashMap<>();
    private long lost;
    private long negative;

    /**
     * A table without latencies.
     *
     * @param probe the probe's name, as it is shown
     */
    public LatencyTable(String probe) {
        this(probe, null);
    }

    /**
     * A table without values.
     *
     * @param value what they are of the probe's events, such as {@code retval}: plain numbers; null for times
     */
    public LatencyTable(String probe, String value) {
        this.probe = probe;
        this.value = value;
    }

    /**
     * Adds latencies to those of a key, and to those of the probe.
     *
     * @param key null if the probe has no keys, or this value has none: they are then in the probe's sum only
     */
    public void add(String key, Latencies latencies) {
        all.add(latencies);
        if (key != null) {
            keys.computeIfAbsent(key, k -> new Latencies()).add(latencies);
        }
    }

    /** Counts events whose latency is not known, for example since a map was full. */
    public void addLost(long events) {
        lost += events;
    }

    /** Counts events that were left out because their value was negative. */
    public void addNegative(long events) {
        negative += events;
    }

    /** The probe's name. */
    public String probe() {
        return probe;
    }

    /** What the values are of the probe's events; null for times. */
    String value() {
        return value;
    }

    /** The probe, and what its values are if they are no times. */
    String shown() {
        return value == null ? probe : value + " of " + probe;
    }

    /** What the values are. */
    Quantity quantity() {
        return value == null ? Quantity.TIME : Quantity.NUMBER;
    }

    /** Events that were left out because their value was negative. */
    long negative() {
        return negative;
    }

    /** The latencies of all keys and of none; {@link #add} adds to it. */
    public Latencies all() {
        return all;
    }

    /** How many events were lost. */
    public long lost() {
        return lost;
    }

    /** The keys, that with the longest time in all first. */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        keys.forEach((key, latencies) -> rows.add(new Row(key, latencies, false)));
        rows.sort(LONGEST_FIRST);
        return rows;
    }

    /** The first {@code top} of {@link #rows}, and one for all others if there are any. */
    List<Row> rows(int top) {
        List<Row> rows = rows();
        if (rows.size() <= top) {
            return rows;
        }
        Latencies rest = new Latencies();
        rows.subList(top, rows.size()).forEach(row -> rest.add(row.latencies()));
        int others = rows.size() - top;
        List<Row> first = new ArrayList<>(rows.subList(0, top));
        first.add(new Row("other (" + others + (others == 1 ? " key)" : " keys)"), rest, true));
        return first;
    }

    /** The tables, that with the longest time in all first, and otherwise in their order. */
    static List<LatencyTable> longestFirst(List<LatencyTable> tables) {
        return tables.stream()
                .sorted(Comparator.comparingLong(
                                (LatencyTable table) -> table.all().total())
                        .reversed())
                .toList();
    }
}
