package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Names of Methods by address, remembered. A Method lives until its class is unloaded, and then its memory may be another's:
 * an address stands for the same method at the time of a sample as now only if nothing was unloaded in between, or if the
 * same was seen there before and after. What is neither is not given a name. Freed memory keeps its contents until it is used
 * again: that a method can still be read does not prove that it is still there, and counts for the sample at hand only.
 *
 * <p>For one thread.
 */
final class Methods {
    private static final int MAX_REMEMBERED = 20_000;

    private final MethodReader reader;
    private final UnloadEpoch unloading;
    private final Map<Long, MethodInfo> known = new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, MethodInfo> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };
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
        MethodInfo kept = before != null && before.sameAs(now) ? before : now;
        if (held.getAsBoolean() || (!unsettled && !unloading.moved())) {
            kept.confirmed = true;
            kept.epoch = unloading.epoch();
        }
        known.put(method, kept);
        return kept.confirmed ? kept : null;
    }

    private static boolean conflicts(MethodInfo info, long constMethod) {
        return constMethod != 0 && info.constMethod != constMethod;
    }

    /** Twice: a Method that is being made where another was can be half the one and half the other. */
    private MethodInfo read(long method) {
        try {
            MethodInfo once = reader.read(method);
            MethodInfo again = once == null ? null : reader.read(method);
            return again != null && again.sameAs(once) ? once : null;
        } catch (MemoryUnreadable | IndexOutOfBoundsException e) {
            return null;
        }
    }
}
