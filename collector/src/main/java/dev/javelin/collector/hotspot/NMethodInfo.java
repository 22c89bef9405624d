package dev.javelin.collector.hotspot;

import dev.javelin.flamegraph.Frame;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A copy of one compilation's debug information: which methods are at which bytecode at a pc, the inlined ones with their
 * callers. PcDescs are 16 bytes {pc offset, scope offset, ...}, ascending by pc, between two sentinels (code/pcDesc.hpp). A
 * scope is three {@link Unsigned5} integers: offset of its caller's scope (0: none), index of its Method in the metadata (from
 * 1), bytecode index plus 1 (code/debugInfoRec.cpp, code/scopeDesc.cpp).
 */
final class NMethodInfo {
    private static final int PC_DESC = 16;
    private static final int MAX_DEPTH = 512;

    final int compileId;
    final int level;
    /** Method* of the compiled method itself. */
    final long method;
    /** Frames by pc, as far as they were asked for. */
    final Map<Integer, List<Frame>> frames = new HashMap<>(4);

    private final int frameComplete;
    private final long[] metadata;
    private final byte[] scopes;
    private final int[] pcOffsets;
    private final int[] scopeOffsets;
    private final boolean withoutZero;

    NMethodInfo(
            int compileId,
            int level,
            int frameComplete,
            long method,
            long[] metadata,
            byte[] scopes,
            ByteBuffer pcs,
            boolean withoutZero) {
        this.compileId = compileId;
        this.level = level;
        this.frameComplete = frameComplete;
        this.method = method;
        this.metadata = metadata;
        this.scopes = scopes;
        this.withoutZero = withoutZero;
        int count = pcs.limit() / PC_DESC;
        pcOffsets = new int[count];
        scopeOffsets = new int[count];
        for (int i = 0; i < count; i++) {
            pcOffsets[i] = pcs.getInt(i * PC_DESC);
            scopeOffsets[i] = pcs.getInt(i * PC_DESC + 4);
        }
    }

    /** Rough size in bytes, of the frames of some pcs too; it never changes. */
    int weight() {
        return 600 + 8 * metadata.length + scopes.length + 8 * pcOffsets.length;
    }

    /**
     * The scopes at a pc, innermost first: pairs of Method* and bytecode index (-1: at the method's entry). Empty where
     * nothing is recorded. Before the frame is set up it is the method alone: the next PcDesc is that of whatever the method does
     * first, perhaps in an inlined one, and the entry barrier's return address lies there, too.
     *
     * @param pcOffset of a return address, whose PcDesc is that of the call before it; or of where the thread was interrupted: there
     *     the next PcDesc holds, as for HotSpot's own AsyncGetCallTrace (nmethod::pc_desc_near)
     * @throws IndexOutOfBoundsException when the debug information makes no sense
     */
    long[] scopesAt(int pcOffset) {
        if (pcOffset <= frameComplete) {
            return new long[] {method, 0};
        }
        int index = indexOf(pcOffset);
        if (index < 0 || scopeOffsets[index] == 0) {
            return new long[0];
        }
        long[] found = new long[8];
        int count = 0;
        int at = scopeOffsets[index];
        for (int depth = 0; at != 0 && depth < MAX_DEPTH; depth++) {
            Unsigned5 in = new Unsigned5(scopes, at, withoutZero);
            int sender = in.next();
            int methodIndex = in.next();
            int bci = in.next() - 1;
            if (count == found.length) {
                found = Arrays.copyOf(found, count * 2);
            }
            found[count++] = metadata[methodIndex - 1];
            found[count++] = bci;
            at = sender;
        }
        return Arrays.copyOf(found, count);
    }

    /** The first PcDesc at or above the offset, but for the sentinels; -1 when there is none. */
    private int indexOf(int pcOffset) {
        int low = 0;
        int high = pcOffsets.length - 1; // the last one is a sentinel
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (pcOffsets[middle] >= pcOffset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low < pcOffsets.length - 1 && low > 0 ? low : -1;
    }
}
