package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Names of Methods by address, remembered. A Method lives until its class is unloaded, and then its memory may be another's. An
 * address stands for the same method at the time of a sample as now if one of these holds; else it is not given a name:
 * <ul>
 *   <li>no class was unloaded in between;
 *   <li>code that refers to it, and was there at the time of the sample, still is;
 *   <li>the same method was seen there before the sample was taken;
 *   <li>it belongs to a loader whose classes are never unloaded, and its ConstMethod* is the one that was seen then.
 * </ul>
 * Freed memory keeps its contents until it is used again: that a method can still be read does not prove that it is still there.
 *
 * <p>For one thread.
 */
final class Methods {
    private static final int MAX_REMEMBERED = 20_000;

    private final MethodReader reader;
    private final LastingLoaders loaders;
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
    /** Grows with each look. The samples of a batch were taken after the look before its own. */
    private long batch;

    Methods(HotSpot hotSpot, CodeLayout layout) {
        this.reader = new MethodReader(hotSpot);
        this.loaders = new LastingLoaders(hotSpot, layout);
        this.unloading = new UnloadEpoch(hotSpot);
    }

    /** To be called before each batch of samples is taken; true when classes were unloaded since the last call. */
    boolean refresh() {
        batch++;
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
        if (before != null && !conflicts(before, constMethod) && (before.lasting || isOfThisEpoch(before))) {
            return before;
        }
        MethodInfo now = read(method);
        if (now == null || conflicts(now, constMethod)) {
            return null;
        }
        MethodInfo kept = before != null && before.sameAs(now) ? before : now;
        if (kept != before) {
            kept.batch = batch;
        }
        known.put(method, kept);
        // only this says that it is alive now: the others, that it was when the sample was taken
        if (!unsettled && !unloading.moved()) {
            kept.epoch = unloading.epoch();
            kept.lasting = loaders.isLasting(kept.holder);
            return kept;
        }
        if (constMethod != 0 && loaders.isLasting(kept.holder)) {
            kept.lasting = true;
            return kept;
        }
        return wasThereBefore(kept) || held.getAsBoolean() ? kept : null;
    }

    private boolean isOfThisEpoch(MethodInfo info) {
        return !unsettled && info.epoch == unloading.epoch();
    }

    /** The samples at hand are younger than the look before this batch's, and that one is younger than the reading. */
    private boolean wasThereBefore(MethodInfo info) {
        return info.batch < batch - 1;
    }

    /** Whether the method that was last found at an address is there for ever. */
    boolean isLasting(long method) {
        MethodInfo info = known.get(method);
        return info != null && info.lasting;
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
