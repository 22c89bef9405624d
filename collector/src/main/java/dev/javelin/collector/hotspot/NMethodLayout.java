package dev.javelin.collector.hotspot;

import java.nio.ByteBuffer;

/**
 * Where an nmethod keeps its debug information, for the layouts that there were: everything in the blob (JDK 8 to 22), or
 * PcDescs and scopes in malloc'ed immutable data and the metadata in the blob's data section (23, 24) or in malloc'ed mutable
 * data (25 on). Told apart by which fields the tables have. Of 23 and 24 only the sources were read.
 */
final class NMethodLayout {
    private static final int NONE = CodeLayout.NONE;

    /** Bytes of an nmethod's header. */
    final int headerSize;
    /** Bytes of the HeapBlock's header in front of each blob, and the offset in it of a flag: the block is in use. */
    final int blockHeader;

    private final int usedAt;
    private final CodeLayout.BlobKinds kinds;
    private final CodeLayout.NMethod nmethod;
    private final CodeLayout.Blob blob;
    private final int stateAt;
    private final int immutableDataAt;
    private final int immutableSizeAt;
    private final int mutableDataAt;
    private final int mutableSizeAt;
    private final int relocationSizeAt;
    private final int dataOffsetAt;
    private final int metadataOffsetAt;
    private final int metadataOffsetWidth;
    private final int scopesDataBeginAt;
    private final int scopesDataOffsetAt;
    private final int scopesPcsAt;
    private final int dependenciesAt;

    NMethodLayout(VmStructs structs, CodeLayout layout) {
        headerSize = structs.sizeOf("nmethod");
        blockHeader = layout.heapBlockHeader();
        usedAt = layout.heapBlockUsed();
        kinds = layout.kinds();
        nmethod = layout.nmethod();
        blob = layout.blob();
        stateAt = (int) structs.anyOffset("nmethod._state");
        immutableDataAt = maybe(structs, "nmethod._immutable_data");
        immutableSizeAt = maybe(structs, "nmethod._immutable_data_size");
        mutableDataAt = maybe(structs, "CodeBlob._mutable_data");
        mutableSizeAt = maybe(structs, "CodeBlob._mutable_data_size");
        relocationSizeAt = maybe(structs, "CodeBlob._relocation_size");
        dataOffsetAt = maybe(structs, "CodeBlob._data_offset");
        metadataOffsetAt = maybe(structs, "nmethod._metadata_offset");
        metadataOffsetWidth = metadataOffsetAt == NONE ? 0 : structs.width("nmethod._metadata_offset");
        scopesDataBeginAt = maybe(structs, "CompiledMethod._scopes_data_begin", "nmethod._scopes_data_begin");
        scopesDataOffsetAt = maybe(structs, "nmethod._scopes_data_offset");
        scopesPcsAt = (int) structs.anyOffset("nmethod._scopes_pcs_offset");
        dependenciesAt = maybe(structs, "nmethod._dependencies_offset");
    }

    private static int maybe(VmStructs structs, String... names) {
        return (int) structs.offsetOrMinusOne(names);
    }

    /** Whether these bytes, from the block's header on, are those of an nmethod that was not freed, of this compilation. */
    boolean isLive(ByteBuffer block, int compileId) {
        return block.get(usedAt) != 0 && isNMethod(block) && compileId(block) == compileId;
    }

    private boolean isNMethod(ByteBuffer block) {
        int at = blockHeader + kinds.offset();
        long kind = kinds.width() == 1 ? block.get(at) & 0xff : block.getLong(at);
        return kinds.nmethod() == 0 || kind == kinds.nmethod();
    }

    int compileId(ByteBuffer block) {
        return block.getInt(blockHeader + nmethod.compileId());
    }

    int level(ByteBuffer block) {
        int at = blockHeader + nmethod.level();
        return nmethod.levelWidth() == 1 ? block.get(at) : block.getInt(at);
    }

    /** nmethod::_state: 0 is in use; the numbers of others differ between JDKs. */
    int state(ByteBuffer block) {
        return block.get(blockHeader + stateAt);
    }

    long method(ByteBuffer block) {
        return block.getLong(blockHeader + nmethod.method());
    }

    long codeBegin(ByteBuffer block, long address) {
        int at = blockHeader + blob.codeBegin();
        return blob.codeIsRelative() ? address + block.getInt(at) : block.getLong(at);
    }

    /** CodeBlob::_frame_complete_offset, from code begin on: before it the frame is not set up yet. */
    int frameComplete(ByteBuffer block) {
        int at = blockHeader + blob.frameComplete();
        return blob.frameCompleteWidth() == 2 ? block.getShort(at) : block.getInt(at);
    }

    /** The three pieces of debug information of the nmethod at {@code address}, whose header is in {@code block}. */
    Pieces pieces(ByteBuffer block, long address) {
        return immutableDataAt != NONE ? apart(block, address) : inBlob(block, address);
    }

    private Pieces apart(ByteBuffer block, long address) {
        long immutable = word(block, immutableDataAt);
        int pcs = number(block, scopesPcsAt);
        int scopes = number(block, scopesDataOffsetAt);
        int end = number(block, immutableSizeAt);
        long metadata;
        int metadataSize;
        if (mutableDataAt != NONE) {
            int relocations = number(block, relocationSizeAt);
            metadata = word(block, mutableDataAt) + relocations;
            metadataSize = number(block, mutableSizeAt) - relocations;
        } else {
            int from = metadataOffset(block);
            int data = number(block, dataOffsetAt);
            metadata = address + data + from;
            metadataSize = number(block, blob.size()) - data - from;
        }
        return new Pieces(metadata, metadataSize, immutable + scopes, end - scopes, immutable + pcs, scopes - pcs);
    }

    private Pieces inBlob(ByteBuffer block, long address) {
        long metadata = address + metadataOffset(block);
        long scopes = scopesDataBeginAt == NONE
                ? address + number(block, scopesDataOffsetAt)
                : word(block, scopesDataBeginAt);
        long pcs = address + number(block, scopesPcsAt);
        long end = address + number(block, dependenciesAt);
        return new Pieces(metadata, (int) (scopes - metadata), scopes, (int) (pcs - scopes), pcs, (int) (end - pcs));
    }

    private int metadataOffset(ByteBuffer block) {
        int at = blockHeader + metadataOffsetAt;
        return metadataOffsetWidth == 2 ? block.getShort(at) & 0xffff : block.getInt(at);
    }

    private long word(ByteBuffer block, int at) {
        return block.getLong(blockHeader + at);
    }

    private int number(ByteBuffer block, int at) {
        return block.getInt(blockHeader + at);
    }

    /** Addresses and sizes in bytes of the metadata array, the encoded scopes and the PcDescs. */
    record Pieces(long metadata, int metadataSize, long scopes, int scopesSize, long pcs, int pcsSize) {
        private static final int MAX = 1 << 22;

        boolean plausible() {
            return ok(metadataSize) && ok(scopesSize) && ok(pcsSize);
        }

        private static boolean ok(int size) {
            return size >= 0 && size <= MAX;
        }
    }
}
