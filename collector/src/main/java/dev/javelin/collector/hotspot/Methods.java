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
    /** Looks back until one that certainly precedes the samples at hand: at the one before the last they may have been under way. */
    private static final int REACH = 2;

    private static final long FIRST_BATCH = REACH;

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
    /** Grows with each look at what was unloaded. */
    private long batch = FIRST_BATCH;
    /** The one whose look found last that classes were unloaded. */
    private long unloadedAt;

    Methods(HotSpot hotSpot, CodeLayout layout) {
        this.reader = new MethodReader(hotSpot);
        this.loaders = new LastingLoaders(hotSpot, layout);
        this.unloading = new UnloadEpoch(hotSpot);
    }

    /** To be called before each batch of samples is taken, and after all of it was written; true when classes were unloaded since. */
    boolean refresh() {
        batch++;
        boolean unloaded = unloading.advance();
        if (unloaded) {
            unloadedAt = batch;
        }
        return unloaded;
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
        if (before != null
                && !conflicts(before, constMethod)
                && (isOfThisEpoch(before) || (before.lasting && isUnchanged(before, constMethod)))) {
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
        if (isSettled() && !unloading.moved()) {
            kept.epoch = unloading.epoch();
            kept.lasting = loaders.learn(kept.holder, () -> !unloading.moved());
            return kept;
        }
        if (constMethod != 0 && loaders.isKnown(kept.holder)) {
            kept.lasting = true;
            return kept;
        }
        return wasThereBefore(kept) || held.getAsBoolean() ? kept : null;
    }

    /** A class that is never unloaded may be redefined, and its old methods go: their memory is used by other methods then. */
    private boolean isUnchanged(MethodInfo info, long constMethod) {
        if (constMethod != 0) {
            return true; // the sample says so
        }
        try {
            return reader.constMethodOf(info.method) == info.constMethod;
        } catch (MemoryUnreadable e) {
            return false;
        }
    }

    private boolean isOfThisEpoch(MethodInfo info) {
        return isSettled() && info.epoch == unloading.epoch();
    }

    /** Whether nothing was unloaded from before the samples at hand were taken up to the last look. */
    private boolean isSettled() {
        return batch - unloadedAt >= REACH;
    }

    private boolean wasThereBefore(MethodInfo info) {
        return batch - info.batch > REACH;
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
