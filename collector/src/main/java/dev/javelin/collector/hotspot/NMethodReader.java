package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Copies an nmethod's debug information out of the target, which may free it meanwhile. For one thread. */
final class NMethodReader {
    private final NMethodLayout layout;
    private final Scratch scratch;
    private final boolean withoutZero;
    private final int blockSize;
    /** nmethod states from here on (zombie and unloaded, up to JDK 19) do not keep the methods alive. */
    private final int dead;

    NMethodReader(HotSpot hotSpot, CodeLayout codeLayout) {
        layout = new NMethodLayout(hotSpot.structs(), codeLayout);
        scratch = new Scratch(hotSpot.mem());
        withoutZero = hotSpot.majorVersion() >= 20;
        // compiledMethod.hpp: JDK 8 has in use 0, not entrant 1, zombie 2; JDK 9 to 19 have not used 1 in between
        dead = hotSpot.majorVersion() <= 8 ? 2 : 3;
        blockSize = layout.blockHeader + layout.headerSize;
    }

    /** Whether the compilation is still there, and in a state in which it keeps its methods alive. */
    boolean isLive(long nmethod, int compileId) {
        try {
            ByteBuffer block = block(nmethod);
            return layout.isLive(block, compileId) && layout.state(block) < dead;
        } catch (MemoryUnreadable e) {
            return false;
        }
    }

    /**
     * The debug information of a compilation.
     *
     * @return null when that compilation is not, or no longer, at this address
     * @throws MemoryUnreadable when it vanished while it was read
     */
    NMethodInfo read(long nmethod, int compileId) {
        ByteBuffer block = block(nmethod);
        long method = layout.method(block);
        if (!layout.isLive(block, compileId) || method == 0) { // cleared when the class is unloaded
            return null;
        }
        int level = layout.level(block);
        NMethodLayout.Pieces pieces = layout.pieces(block, nmethod);
        if (!pieces.plausible()) {
            return null;
        }
        NMethodInfo info = copy(pieces, compileId, level, layout.frameComplete(block), method);
        ByteBuffer after = block(nmethod);
        boolean intact =
                layout.isLive(after, compileId) && layout.pieces(after, nmethod).equals(pieces);
        return intact ? info : null;
    }

    private NMethodInfo copy(NMethodLayout.Pieces pieces, int compileId, int level, int frameComplete, long method) {
        long[] metadata = new long[pieces.metadataSize() / 8];
        copy(pieces.metadata(), metadata.length * 8).asLongBuffer().get(metadata);
        byte[] scopes = new byte[pieces.scopesSize()];
        copy(pieces.scopes(), scopes.length).get(scopes);
        ByteBuffer pcs = copy(pieces.pcs(), pieces.pcsSize());
        return new NMethodInfo(compileId, level, frameComplete, method, metadata, scopes, pcs, withoutZero);
    }

    private ByteBuffer copy(long address, int length) {
        return length == 0
                ? ByteBuffer.allocate(0)
                : scratch.read(address, length).position(0).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer block(long nmethod) {
        return scratch.read(nmethod - layout.blockHeader, blockSize);
    }
}
