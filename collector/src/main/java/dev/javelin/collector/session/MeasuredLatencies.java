package dev.javelin.collector.session;

import dev.javelin.collector.walker.Counter;
import dev.javelin.collector.walker.Probes;
import dev.javelin.collector.walker.Totals;
import dev.javelin.collector.walker.Walker;
import dev.javelin.flamegraph.Latencies;
import dev.javelin.flamegraph.LatencyTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/** Makes tables out of the histograms that the programs have kept. */
final class MeasuredLatencies {
    private record Key(int probe, long key) {}

    private final Map<Key, Latencies> latencies = new HashMap<>();

    /**
     * The tables of all probes, after the programs were detached; one for those of the same name, which are places of one probe.
     *
     * @param label what a key is called; gives null for keys that are to be left out
     */
    static List<LatencyTable> of(Walker walker, Probes probes, LongFunction<String> label) {
        MeasuredLatencies measured = new MeasuredLatencies();
        Totals totals = walker.totals();
        totals.forEachBucket(
                (probe, key, bucket, count) -> measured.at(probe, key).addBucket(bucket, count));
        totals.forEachTotal((probe, pid, tid, stack, key, wait, total) ->
                measured.at(probe, key).addExact(total.count(), total.sum(), total.least(), total.most()));
        Map<String, LatencyTable> tables = new LinkedHashMap<>();
        List<LatencyTable> byRow = new ArrayList<>();
        long waits = walker.counter(Counter.WAITS_FULL) + walker.counter(Counter.SWITCHES);
        for (int row = 0; row < probes.names().size(); row++) {
            String name = probes.names().get(row);
            String number = probes.number(row);
            LatencyTable table = tables.computeIfAbsent(name, probe -> new LatencyTable(probe, number));
            table.addNegative(walker.probeNegatives(row));
            table.addLost(probes.isWaits(row) ? waits : 0);
            byRow.add(table);
        }
        measured.latencies.forEach((key, values) -> byRow.get(key.probe()).add(label.apply(key.key()), values));
        // which probe's they were is not known
        byRow.get(0)
                .addLost(walker.counter(Counter.CALLS_FULL)
                        + walker.counter(Counter.NOT_RETURNED)
                        + walker.counter(Counter.TOTALS_FULL));
        return List.copyOf(tables.values());
    }

    private Latencies at(int probe, long key) {
        return latencies.computeIfAbsent(new Key(probe, key), k -> new Latencies());
    }
}
