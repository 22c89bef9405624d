package dev.javelin.collector.hotspot;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Debug information of the compilations that were met, by the address of their nmethod; what was not asked for longest is
 * dropped when it takes too much memory. For one thread.
 */
final class Compilations {
    /** A JVM has some thousand compiled methods, of one to three kB of debug information each. */
    private static final int MAX_BYTES = 12 << 20;

    private final Map<Long, NMethodInfo> known = new LinkedHashMap<>(1024, 0.75f, true);
    private long bytes;

    /** The compilation at the address, or null when it was not met, or another was met there last. */
    NMethodInfo get(long nmethod, int compileId) {
        NMethodInfo info = known.get(nmethod);
        return info != null && info.compileId == compileId ? info : null;
    }

    void put(long nmethod, NMethodInfo info) {
        NMethodInfo before = known.put(nmethod, info);
        bytes += info.weight() - (before == null ? 0 : before.weight());
        Iterator<NMethodInfo> eldest = known.values().iterator();
        while (bytes > MAX_BYTES && eldest.hasNext()) {
            NMethodInfo dropped = eldest.next();
            if (dropped != info) {
                bytes -= dropped.weight();
                eldest.remove();
            }
        }
    }

    int size() {
        return known.size();
    }
}
