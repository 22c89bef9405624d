package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Finds every blob of a target's code cache by its segment maps and block headers: what the symbols are tested on. */
final class CodeCacheWalk {
    private final TargetMemory memory;
    private final VmStructs structs;
    private final CodeLayout layout;

    CodeCacheWalk(HotSpot hotSpot, CodeLayout layout) {
        this.memory = hotSpot.mem();
        this.structs = hotSpot.structs();
        this.layout = layout;
    }

    /** One blob, as it was when it was read. */
    record Blob(long address, boolean nmethod, int compileId, int level, long method, long codeBegin, long codeEnd) {
        int codeSize() {
            return (int) (codeEnd - codeBegin);
        }
    }

    /** The blobs in use, those that could be read. */
    List<Blob> blobs() {
        List<Blob> found = new ArrayList<>();
        for (CodeLayout.Heap heap : layout.heaps()) {
            walk(heap, found);
        }
        return found;
    }

    private void walk(CodeLayout.Heap heap, List<Blob> found) {
        int lengthAt = (int) structs.anyOffset("HeapBlock::Header._length");
        int usedAt = (int) structs.anyOffset("HeapBlock::Header._used");
        boolean wide = structs.width("HeapBlock::Header._length") == 8;
        long block = heap.low();
        while (block < heap.high()) {
            try {
                long segments = wide ? memory.readLong(block + lengthAt) : memory.readInt(block + lengthAt);
                if (segments <= 0 || segments > (heap.high() - block) >> heap.log2SegmentSize()) {
                    return;
                }
                if (memory.readByte(block + usedAt) != 0) {
                    found.add(blob(block + layout.heapBlockHeader()));
                }
                block += segments << heap.log2SegmentSize();
            } catch (MemoryUnreadable e) {
                return; // not committed from here on
            }
        }
    }

    private Blob blob(long address) {
        int size = Math.max(structs.sizeOf("nmethod"), structs.sizeOf("CodeBlob"));
        ByteBuffer b = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        memory.read(address, b);
        CodeLayout.BlobKinds kinds = layout.kinds();
        long kind = kinds.width() == 1 ? b.get(kinds.offset()) : b.getLong(kinds.offset());
        CodeLayout.Blob blob = layout.blob();
        CodeLayout.NMethod nmethod = layout.nmethod();
        boolean relative = blob.codeIsRelative();
        return new Blob(
                address,
                kind == kinds.nmethod(),
                b.getInt(nmethod.compileId()),
                nmethod.levelWidth() == 1 ? b.get(nmethod.level()) : b.getInt(nmethod.level()),
                b.getLong(nmethod.method()),
                relative ? address + b.getInt(blob.codeBegin()) : b.getLong(blob.codeBegin()),
                relative ? address + b.getInt(blob.codeEnd()) : b.getLong(blob.codeEnd()));
    }
}
