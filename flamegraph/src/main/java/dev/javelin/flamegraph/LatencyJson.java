package dev.javelin.flamegraph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Latencies as JSON; a figure that is not known is null. */
final class LatencyJson {
    private LatencyJson() {}

    /** One object, or an array of as many as there are tables if that is not one. */
    static String of(List<LatencyTable> tables) {
        List<Map<String, Object>> objects =
                tables.stream().map(LatencyJson::object).toList();
        StringBuilder out = new StringBuilder();
        Json.write(out, objects.size() == 1 ? objects.get(0) : objects);
        return out.append('\n').toString();
    }

    private static Map<String, Object> object(LatencyTable table) {
        Map<String, Object> map = figures("probe", table.probe(), table, table.all());
        map.put("lost", table.lost());
        if (table.value() != null) {
            map.put("negative", table.negative());
        }
        map.put("keys", table.rows().stream().map(row -> row(table, row)).toList());
        return map;
    }

    /** Which keys those would have had that were lost is not known. */
    private static Map<String, Object> row(LatencyTable table, LatencyTable.Row row) {
        Map<String, Object> map = figures("key", row.key(), table, row.latencies());
        map.put("lost", table.lost() == 0 ? 0L : null);
        return map;
    }

    private static Map<String, Object> figures(String kind, String name, LatencyTable table, Latencies latencies) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(kind, name);
        if (table.value() != null) {
            map.put("value", table.value());
        }
        map.put("unit", table.quantity().unit());
        put(map, latencies);
        return map;
    }

    /** Adds count, sum, extremes, mean and percentiles. */
    static void put(Map<String, Object> map, Latencies latencies) {
        boolean any = latencies.count() > 0;
        map.put("count", latencies.count());
        map.put("sum", latencies.total());
        map.put("min", any ? latencies.min() : null);
        map.put("mean", any ? latencies.mean() : null);
        map.put("p50", percentile(latencies, 50));
        map.put("p90", percentile(latencies, 90));
        map.put("p99", percentile(latencies, 99));
        map.put("p999", percentile(latencies, 99.9));
        map.put("max", any ? latencies.max() : null);
    }

    private static Long percentile(Latencies latencies, double percent) {
        long value = latencies.percentile(percent);
        return value < 0 ? null : value;
    }
}
