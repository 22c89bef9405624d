package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.util.Map;

/**
 * ZGC moves objects while references to them stay as they are until somebody loads them. This finds where the object of such
 * a stale reference is now, in the forwarding tables that the collector keeps for that: one for each 2 MB granule of the heap
 * that was evacuated, a hash table from an object's index in its page to its new offset (gc/z/zForwarding.hpp,
 * zForwardingEntry.hpp, zHash.inline.hpp; ZGC with one generation of JDK 17 and generational ZGC of JDK 25). Where the
 * symbols or table entries for it are missing, the old address stands: the object may still be there. For one thread.
 */
final class ZRelocation {
    private static final int MAX_PROBES = 64;
    private static final long OFFSET_BITS = (1L << 45) - 1;
    private static final int FROM_INDEX_SHIFT = 46;
    private static final int GENERATION_WORDS = 16;
    private static final long Z_REMEMBERED = 0x30;

    private final TargetMemory memory;
    private final CodeLayout.Oops oops;
    private final String letter;
    private final int granuleShift;
    private final int startAt;
    private final int alignmentAt;
    private final int entriesAt;
    private final int arrayAt;
    private final int mapAt;
    private final long offsetMask;
    private final long goodMask;
    private final long oldMask;
    private final long youngMask;
    /** Addresses of the ZForwarding* arrays; 0 where unknown. The only generation counts as the young one. */
    private final long youngTable;

    private final long oldTable;

    ZRelocation(HotSpot hotSpot, CodeLayout.Oops oops) {
        VmStructs structs = hotSpot.structs();
        this.memory = hotSpot.mem();
        this.oops = oops;
        // JDK 21 to 23 have both: the old one's names begin with X there
        letter = oops.colours() == 1 && structs.has("XForwarding", "_virtual") ? "X" : "Z";
        granuleShift = (int) structs.constantOr(letter.concat("GranuleSizeShift"), 21);
        startAt = maybe(structs, "Forwarding._virtual") + maybe(structs, "VirtualMemory._start");
        alignmentAt = maybe(structs, "Forwarding._object_alignment_shift");
        entriesAt = maybe(structs, "Forwarding._entries") + maybe(structs, "AttachedArrayForForwarding._length");
        String forwarding = letter.concat("Forwarding");
        arrayAt = structs.hasType(forwarding) ? (structs.sizeOf(forwarding) + 7) & -8 : -1;
        mapAt = maybe(structs, "ForwardingTable._map") + maybe(structs, "GranuleMapForForwarding._map");
        offsetMask = global(structs, "AddressOffsetMask");
        boolean known =
                startAt >= 0 && alignmentAt >= 0 && entriesAt >= 0 && arrayAt > 0 && mapAt >= 0 && offsetMask != 0;
        Map<String, Long> statics = hotSpot.statics();
        if (oops.colours() == 1) {
            goodMask = known ? globalAddress(structs, "AddressGoodMask") : 0;
            youngTable = known && goodMask != 0 ? heapTable(structs) : 0;
            oldTable = 0;
            oldMask = 0;
            youngMask = 0;
        } else {
            goodMask = 0;
            oldMask = statics.getOrDefault(LibjvmStatics.Z_OLD_MASK, 0L);
            youngMask = statics.getOrDefault(LibjvmStatics.Z_YOUNG_MASK, 0L);
            known &= oldMask != 0 && youngMask != 0;
            youngTable = known ? generationTable(statics.get(LibjvmStatics.Z_YOUNG)) : 0;
            oldTable = known ? generationTable(statics.get(LibjvmStatics.Z_OLD)) : 0;
        }
    }

    private int maybe(VmStructs structs, String field) {
        int offset = (int) structs.offsetOrMinusOne(letter.concat(field));
        return offset < 0 ? -1_000_000 : offset;
    }

    /** The address of a global of ZGC, by the struct of pointers to them that is there for debuggers. */
    private long globalAddress(VmStructs structs, String field) {
        String globals = letter.concat("GlobalsForVMStructs");
        VmField instance = structs.find(globals.concat("._instance_p"));
        long at = structs.offsetOrMinusOne(globals.concat("._").concat(letter).concat(field));
        return instance == null || at < 0 ? 0 : memory.readLong(memory.readLong(instance.value()) + at);
    }

    private long global(VmStructs structs, String field) {
        long address = globalAddress(structs, field);
        return address == 0 ? 0 : memory.readLong(address);
    }

    private long heapTable(VmStructs structs) {
        long heap = memory.readLong(structs.anyAddress("Universe._collectedHeap"));
        int table = maybe(structs, "CollectedHeap._heap") + maybe(structs, "Heap._forwarding_table");
        return table < 0 ? 0 : memory.readLong(heap + table + mapAt);
    }

    /**
     * The table in a ZGeneration, for whose place there is no entry: behind the vtable, the id and some pointers it is the
     * first member that begins with a number of granules that the heap can have, as a ZGranuleMap does (zGeneration.hpp).
     */
    private long generationTable(Long generationVariable) {
        long generation = generationVariable == null ? 0 : memory.readLong(generationVariable);
        long granules = (offsetMask + 1) >>> granuleShift;
        for (int i = 2; generation != 0 && i < GENERATION_WORDS; i++) {
            long size = memory.readLong(generation + 8L * i);
            long map = memory.readLong(generation + 8L * i + mapAt);
            if (size > 0 && size <= granules && MethodReader.isPointer(map)) {
                return map;
            }
        }
        return 0;
    }

    /**
     * Where an object is now.
     *
     * @param reference as it is in memory, with its colour
     * @param address what it means without the colour
     */
    long remap(long reference, long address) {
        if (oops.badMask() == 0 || (reference & memory.readLong(oops.badMask())) == 0) {
            return address;
        }
        long offset = address & offsetMask;
        if (oops.colours() == 1) {
            long moved = lookUp(youngTable, offset);
            return goodMask == 0 ? address : (moved < 0 ? offset : moved) | memory.readLong(goodMask);
        }
        long moved = generational(reference, offset);
        return moved < 0 ? address : (address & ~offsetMask) | moved;
    }

    /**
     * Which generation moved the object, the colour says (ZBarrier::remap_generation): the one that it is bad for. Of one
     * that is bad for both, a reference from old to old, which has both remembered bits, means the old one.
     */
    private long generational(long reference, long offset) {
        boolean oldGood = isGood(reference, oldMask);
        boolean youngGood = isGood(reference, youngMask);
        boolean young = oldGood || (!youngGood && (reference & Z_REMEMBERED) != Z_REMEMBERED);
        long moved = young ? lookUp(youngTable, offset) : -1;
        return moved < 0 && !oldGood ? lookUp(oldTable, offset) : moved;
    }

    private boolean isGood(long reference, long mask) {
        return mask != 0 && (reference & memory.readLong(mask)) != 0;
    }

    /** The new offset of the object at an offset; -1 when the tables do not have it. */
    private long lookUp(long table, long offset) {
        if (table == 0) {
            return -1;
        }
        try {
            long forwarding = memory.readLong(table + 8 * (offset >>> granuleShift));
            return MethodReader.isPointer(forwarding) ? find(forwarding, offset) : -1;
        } catch (MemoryUnreadable e) {
            return -1;
        }
    }

    private long find(long forwarding, long offset) {
        long start = memory.readLong(forwarding + startAt);
        long fromIndex = (offset - start) >>> memory.readLong(forwarding + alignmentAt);
        long length = memory.readLong(forwarding + entriesAt);
        if (Long.bitCount(length) != 1 || offset < start) {
            return -1;
        }
        long cursor = hash((int) fromIndex) & 0xffffffffL & (length - 1);
        for (int i = 0; i < MAX_PROBES; i++) {
            long entry = memory.readLong(forwarding + arrayAt + 8 * cursor);
            if ((entry & 1) == 0) {
                return -1;
            }
            if (entry >>> FROM_INDEX_SHIFT == fromIndex) {
                return entry >>> 1 & OFFSET_BITS;
            }
            cursor = (cursor + 1) & (length - 1);
        }
        return -1;
    }

    /** ZHash::uint32_to_uint32, in which the collector chose the slots. */
    static int hash(int index) {
        int key = ~index + (index << 15);
        key ^= key >>> 12;
        key += key << 2;
        key ^= key >>> 4;
        key *= 2057;
        return key ^ (key >>> 16);
    }
}
