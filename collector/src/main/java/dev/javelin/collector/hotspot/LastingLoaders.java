package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Tells the classes of the boot, platform and application loaders, which live as long as the JVM; hidden classes have a
 * ClassLoaderData of their own (classfile/classLoaderData.hpp; _has_class_mirror_holder, and in JDK 8 and 11 _is_anonymous and
 * _is_unsafe_anonymous). In JDK 8, whose loaders are no OopHandles, only the boot loader is told. Where the tables of the JVM
 * lack what is needed no class counts as lasting. For one thread.
 */
final class LastingLoaders {
    private static final List<String> BUILT_IN = List.of(
            "jdk/internal/loader/ClassLoaders$AppClassLoader", "jdk/internal/loader/ClassLoaders$PlatformClassLoader");

    private final TargetMemory memory;
    private final OopReader heap;
    private final List<KlassCheck> builtIn;
    private final long dataAt;
    private final long loaderAt;
    private final long ownAt;
    /** ClassLoaderData* of the lasting loaders; they never change. */
    private final Set<Long> lasting = new HashSet<>();

    LastingLoaders(HotSpot hotSpot, CodeLayout layout) {
        VmStructs structs = hotSpot.structs();
        memory = hotSpot.mem();
        heap = new OopReader(hotSpot, layout);
        builtIn = BUILT_IN.stream()
                .map(name -> new KlassCheck(structs, memory, heap, name))
                .toList();
        dataAt = structs.offsetOrMinusOne("Klass._class_loader_data");
        loaderAt = structs.offsetOrMinusOne("ClassLoaderData._class_loader");
        ownAt = structs.offsetOrMinusOne(
                "ClassLoaderData._has_class_mirror_holder",
                "ClassLoaderData._is_unsafe_anonymous",
                "ClassLoaderData._is_anonymous");
    }

    /** Whether a class, by its InstanceKlass*, is of a loader that was learnt to be lasting; the class itself need not be alive. */
    boolean isKnown(long klass) {
        try {
            return dataAt >= 0 && lasting.contains(memory.readLong(klass + dataAt));
        } catch (MemoryUnreadable e) {
            return false;
        }
    }

    /**
     * Whether a class that is alive is of a lasting loader; false where that cannot be told.
     *
     * @param alive whether it still is, asked after its loader was read
     */
    boolean learn(long klass, BooleanSupplier alive) {
        if (dataAt < 0 || loaderAt < 0 || ownAt < 0) {
            return false;
        }
        if (isKnown(klass)) {
            return true;
        }
        try {
            long data = memory.readLong(klass + dataAt);
            if (!MethodReader.isPointer(data) || memory.readByte(data + ownAt) != 0 || !isBuiltIn(data)) {
                return false;
            }
            return alive.getAsBoolean() && lasting.add(data);
        } catch (MemoryUnreadable | IndexOutOfBoundsException e) {
            return false;
        }
    }

    /** By the OopHandle of the loader: null is the boot loader. */
    private boolean isBuiltIn(long data) {
        long handle = memory.readLong(data + loaderAt);
        if (handle == 0) {
            return true;
        }
        long loader = MethodReader.isPointer(handle) ? heap.root(handle) : 0;
        return loader != 0 && builtIn.stream().anyMatch(check -> check.isInstance(loader));
    }
}
