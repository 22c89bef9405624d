package dev.javelin.flamegraph;

import java.util.List;
import java.util.Random;

/** Latencies that several tests use. */
final class LatencySamples {
    private LatencySamples() {}

    /** These latencies, counted as the kernel does. */
    static Latencies of(long... nanos) {
        Latencies latencies = new Latencies();
        for (long value : nanos) {
            latencies.addBucket(LogLinear.index(value), 1);
            latencies.addExact(1, value, value, value);
        }
        return latencies;
    }

    /** Latencies of a file system with a cache: most take microseconds, some milliseconds. */
    static LatencyTable reads() {
        Random random = new Random(7);
        LatencyTable table = new LatencyTable("syscall:read");
        String[] keys = {"/var/lib/app/data.db", "/etc/app/settings.conf", "socket", "pipe", "/proc/self/stat"};
        for (int key = 0; key < keys.length; key++) {
            int size = 20_000 >> (2 * key);
            for (int i = 0; i < size; i++) {
                double centre = random.nextInt(100) < 85 ? 3_000 * (key + 1) : 2_400_000;
                table.add(keys[key], of((long) (centre * Math.exp(random.nextGaussian() * 0.5))));
            }
        }
        table.addLost(17);
        return table;
    }

    /** Tables in which every hostile text is probe and key. */
    static List<LatencyTable> hostile() {
        return Samples.HOSTILE.stream()
                .map(text -> {
                    LatencyTable table = new LatencyTable(text);
                    Samples.HOSTILE.forEach(key -> table.add(key, of(1000)));
                    table.addLost(1);
                    return table;
                })
                .toList();
    }
}
