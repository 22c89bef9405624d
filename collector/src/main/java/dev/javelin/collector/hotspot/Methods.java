package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Names of Methods by address, remembered. A Method lives until its class is unloaded, and then its memory may be another's:
 * an address stands for the same method at the time of a sample as now only if nothing was unloaded in between, or if the
 * same was seen there before and after. What is neither is not given a name.
 *
 * <p>For one thread.
 */
final class Methods {
    private static final int MAX_REMEMBERED = 50_000;

    private final MethodReader reader;
    private final UnloadEpoch unloading;
    private final Map<Long, MethodInfo> known = new Remembered<>(MAX_REMEMBERED);
    /** Whether classes were unloaded between the last two looks: the samples now at hand may be older than that. */
    private boolean unsettled;

    Methods(HotSpot hotSpot) {
        this.reader = new MethodReader(hotSpot);
        this.unloading = new UnloadEpoch(hotSpot);
    }

    /** To be called before each batch of samples is taken; true when classes were unloaded since the last call. */
    boolean refresh() {
        unsettled = unloading.advance();
        return unsettled;
    }

    /**
     * The method that was at an address when a sample of the current batch was taken.
     *
     * @param constMethod what Method._constMethod was then; 0 if unknown
     * @param held tells, once the method was read, whether something that keeps it alive was there all the time
     * @return null when there is none, or it cannot be told
     */
    MethodInfo at(long method, long constMethod, BooleanSupplier held) {
        MethodInfo before = known.get(method);
        if (before != null && before.epoch == unloading.epoch() && !conflicts(before, constMethod) && !unsettled) {
            before.confirmed = true;
            return before;
        }
        MethodInfo now = read(method);
        if (now == null || conflicts(now, constMethod)) {
            return null;
        }
        boolean sure = held.getAsBoolean() || (!unsettled && !unloading.moved());
        boolean same = before != null && before.sameAs(now);
        MethodInfo kept = same ? before : now;
        kept.epoch = unloading.epoch();
        kept.confirmed |= sure;
        known.put(method, kept);
        return kept.confirmed ? kept : null;
    }

    private static boolean conflicts(MethodInfo info, long constMethod) {
        return constMethod != 0 && info.constMethod != constMethod;
    }

    private MethodInfo read(long method) {
        try {
            return reader.read(method);
        } catch (MemoryUnreadable | IndexOutOfBoundsException e) {
            return null;
        }
    }

    /** A map that forgets what was not asked for longest. */
    static final class Remembered<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1L;
        private final int max;

        Remembered(int max) {
            super(256, 0.75f, true);
            this.max = max;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > max;
        }
    }
}
