package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;

/**
 * Reads Java objects in the heap of a running JVM, whatever the collector: narrow and wide references, ZGC's colours, the
 * forwarding pointers that a moving collector leaves in a header. Reads of a heap that changes can be torn or stale; callers
 * check what they got. For one thread.
 *
 * <p>Object layout (oops/oop.hpp, oops/arrayOop.hpp): the mark word, then the class, 4 bytes if class pointers are compressed
 * and else 8; with compact headers (JDK 24 on) the class is in the upper bits of the mark word. An array's length follows as 4
 * bytes, then, from JDK 23 on at once and before that at the next multiple of 8, its elements.
 */
final class OopReader {
    private static final int MARK_BITS = 3;
    private static final int FORWARDED = 3;
    private static final int Z_REMAPPED_SHIFT = 12;

    private final TargetMemory memory;
    private final CodeLayout.Oops oops;
    private final ZRelocation relocation;
    private final boolean compactHeaders;
    private final boolean narrowKlass;
    private final long klassBase;
    private final int klassShift;
    private final int markKlassShift;
    private final int arrayLengthAt;
    private final int arrayBase;

    OopReader(HotSpot hotSpot, CodeLayout layout) {
        VmStructs structs = hotSpot.structs();
        memory = hotSpot.mem();
        oops = layout.oops();
        relocation = oops.colours() == 0 ? null : new ZRelocation(hotSpot, oops);
        compactHeaders = hotSpot.flag("UseCompactObjectHeaders", false);
        narrowKlass = compactHeaders || hotSpot.flag("UseCompressedClassPointers", false);
        klassBase = narrowKlass
                ? word(structs.find(
                        "CompressedKlassPointers._base",
                        "CompressedKlassPointers._narrow_klass._base",
                        "Universe._narrow_klass._base"))
                : 0;
        klassShift = narrowKlass
                ? (int) word(structs.find(
                        "CompressedKlassPointers._shift",
                        "CompressedKlassPointers._narrow_klass._shift",
                        "Universe._narrow_klass._shift"))
                : 0;
        markKlassShift = (int) structs.constantOr("markWord::klass_shift", 42);
        arrayLengthAt = compactHeaders ? 8 : narrowKlass ? 12 : 16;
        arrayBase = hotSpot.majorVersion() >= 23 ? arrayLengthAt + 4 : (arrayLengthAt + 4 + 7) & -8;
    }

    private long word(VmField field) {
        if (field == null) {
            return 0;
        }
        return field.name().endsWith("shift") ? memory.readInt(field.value()) : memory.readLong(field.value());
    }

    /** The object that a full-width reference outside the heap (an OopHandle's, a root's) leads to; 0 for null. */
    long root(long address) {
        return current(memory.readLong(address));
    }

    /** The object that the field of an object leads to; 0 for null. */
    long field(long object, int offset) {
        if (!oops.narrow()) {
            return current(memory.readLong(object + offset));
        }
        long narrow = memory.readInt(object + offset) & 0xffffffffL;
        return narrow == 0 ? 0 : forwarded(oops.base() + (narrow << oops.shift()));
    }

    long readLong(long object, int offset) {
        return memory.readLong(object + offset);
    }

    byte readByte(long object, int offset) {
        return memory.readByte(object + offset);
    }

    int arrayLength(long array) {
        return memory.readInt(array + arrayLengthAt);
    }

    byte[] arrayBytes(long array, int bytes) {
        return memory.readBytes(array + arrayBase, bytes);
    }

    /** Offset in an object of the word that {@link #klassOf} takes. */
    int klassWordAt() {
        return compactHeaders ? 0 : 8;
    }

    /** The Klass* of an object that has this word at {@link #klassWordAt}. */
    long klassOf(long word) {
        if (compactHeaders) {
            return klassBase + ((word >>> markKlassShift) << klassShift);
        }
        return narrowKlass ? klassBase + ((word & 0xffffffffL) << klassShift) : word;
    }

    /** The object's Klass*; of garbage, anything. */
    long klass(long object) {
        if (compactHeaders) {
            return klassBase + ((memory.readLong(object) >>> markKlassShift) << klassShift);
        }
        if (narrowKlass) {
            return klassBase + ((memory.readInt(object + 8) & 0xffffffffL) << klassShift);
        }
        return memory.readLong(object + 8);
    }

    private long current(long reference) {
        if (reference == 0) {
            return 0;
        }
        return switch (oops.colours()) {
            case 0 -> forwarded(reference);
            case 1 -> relocation.remap(reference, reference);
            default -> uncoloured(reference);
        };
    }

    /** Generational ZGC: one of the bits 12 to 15 is set, and the address begins right above it (gc/z/zAddress.hpp). */
    private long uncoloured(long reference) {
        int colour = (int) (reference >>> Z_REMAPPED_SHIFT) & 15;
        if (Integer.bitCount(colour) != 1) {
            return 0;
        }
        int shift = Z_REMAPPED_SHIFT + 1 + Integer.numberOfTrailingZeros(colour);
        return relocation.remap(reference, reference >>> shift);
    }

    /** While a collector moves objects, the mark word of one that was moved holds its new address (oops/markWord.hpp). */
    private long forwarded(long object) {
        if (!MethodReader.isPointer(object)) {
            return 0;
        }
        long mark = memory.readLong(object);
        if ((mark & MARK_BITS) != FORWARDED || compactHeaders) {
            return object;
        }
        long moved = mark & ~MARK_BITS;
        try {
            memory.readLong(moved);
            return MethodReader.isPointer(moved) ? moved : object;
        } catch (MemoryUnreadable e) {
            return object;
        }
    }
}
