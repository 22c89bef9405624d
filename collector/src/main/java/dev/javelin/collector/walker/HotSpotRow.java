package dev.javelin.collector.walker;

import dev.javelin.collector.hotspot.CodeLayout;
import dev.javelin.collector.hotspot.CodeLayout.Blob;
import dev.javelin.collector.hotspot.CodeLayout.BlobKinds;
import dev.javelin.collector.hotspot.CodeLayout.Continuations;
import dev.javelin.collector.hotspot.CodeLayout.Heap;
import dev.javelin.collector.hotspot.CodeLayout.JavaThreads;
import dev.javelin.collector.hotspot.CodeLayout.NMethod;
import dev.javelin.collector.hotspot.InterpreterEntries;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes the value of the map {@code processes} ({@code struct process}, 488 bytes): four words of its own, then {@code struct
 * hotspot}, member after member in the order of javelin.h. What this JVM lacks stays 0.
 */
final class HotSpotRow {
    static final int BYTES = 488;
    private static final int CODE_HEAPS = 4;
    private static final int THREAD_VTABLES = 12;

    private static final int CONTINUATION_FIELDS = 9;

    private final ByteBuffer out;
    private final CodeLayout layout;

    private HotSpotRow(ByteBuffer out, CodeLayout layout) {
        this.out = out;
        this.layout = layout;
    }

    /** @param mappings first row &lt;&lt; 32 | count */
    static void put(
            ByteBuffer out, long mappings, TraceVariable traces, CodeLayout layout, InterpreterEntries entries) {
        out.clear();
        out.putLong(mappings);
        out.putLong(1);
        out.putLong(traces.module()).putLong(traces.offset());
        new HotSpotRow(out, layout).put(entries);
        while (out.position() < BYTES) {
            out.put((byte) 0);
        }
        out.flip();
    }

    private void put(InterpreterEntries entries) {
        out.putLong(layout.codeLow()).putLong(layout.codeHigh());
        heaps(layout.heaps());
        out.putLong(layout.interpreter().low()).putLong(layout.interpreter().high());
        out.putLong(entries.low()).putLong(entries.high());
        Continuations continuations = layout.continuations();
        out.putLong(layout.stub("call_stub_entry"));
        out.putLong(layout.stub("call_stub_return_address"));
        out.putLong(layout.stub("cont_thaw"));
        out.putLong(layout.stub("cont_returnBarrier"));
        out.putLong(layout.stub("cont_returnBarrierExc"));
        out.putLong(continuations == null ? 0 : continuations.returnPc());
        kinds(layout.kinds());
        threads(layout.thread());
        out.putLong(layout.oops().base());
        out.putInt(layout.oops().shift());
        out.putInt(layout.oops().narrow() ? 1 : 0);
        out.putInt(layout.oops().colours() == 2 ? 1 : 0);
        blob();
        nmethod(layout.nmethod());
        u16(layout.interpreter().methodConstMethod());
        u16(layout.interpreter().constMethodSize());
        JavaThreads thread = layout.thread();
        u16(thread.anchorSp());
        u16(thread.anchorPc());
        u16(thread.anchorFp());
        u16(continuations == null ? 0 : thread.contEntry());
        continuations(continuations);
        u16(thread.savedExceptionPc());
        u16(layout.heapBlockUsed());
    }

    private void kinds(BlobKinds kinds) {
        out.putLong(kinds.nmethod())
                .putLong(kinds.adapter())
                .putLong(kinds.vtable())
                .putLong(kinds.methodHandles());
    }

    private void heaps(List<Heap> heaps) {
        for (int i = 0; i < CODE_HEAPS; i++) {
            Heap heap = i < heaps.size() ? heaps.get(i) : new Heap(0, 0, 0, 0);
            out.putLong(heap.low()).putLong(heap.high()).putLong(heap.segmap()).putLong(heap.log2SegmentSize());
        }
    }

    private void threads(JavaThreads thread) {
        boolean found = thread.tlsOffset() != CodeLayout.NONE;
        out.putLong(found ? thread.tlsModule() : 0);
        out.putLong(found ? thread.tlsOffset() : 0);
        for (int i = 0; i < THREAD_VTABLES; i++) {
            out.putLong(i < thread.vtables().size() ? thread.vtables().get(i) : 0);
        }
    }

    private void blob() {
        Blob blob = layout.blob();
        u16(layout.heapBlockHeader());
        u16(blob.size());
        u16(blob.frameSize());
        u16(blob.frameComplete());
        u16(blob.frameCompleteWidth());
        u16(blob.codeBegin());
        u16(blob.codeEnd());
        u16(blob.codeIsRelative() ? 1 : 0);
        u16(layout.kinds().width() == 1 ? layout.kinds().offset() : 0);
    }

    private void nmethod(NMethod nmethod) {
        u16(nmethod.method());
        u16(nmethod.compileId());
        u16(nmethod.deoptHandler());
        u16(nmethod.deoptIsRelative() ? 1 : 0);
        u16(nmethod.origPc());
    }

    private void continuations(Continuations c) {
        if (c == null) {
            for (int i = 0; i < CONTINUATION_FIELDS; i++) {
                u16(0);
            }
            return;
        }
        u16(c.entrySize());
        u16(c.entryCont());
        u16(c.tail());
        u16(c.chunkSp());
        boolean argsize = c.chunkBottom() == CodeLayout.NONE;
        u16(argsize ? c.chunkArgsize() : c.chunkBottom());
        u16(c.chunkSize());
        u16(c.chunkParent());
        u16(c.chunkStack());
        u16(argsize ? 1 : 0);
    }

    private void u16(int value) {
        out.putShort((short) Math.max(value, 0));
    }
}
