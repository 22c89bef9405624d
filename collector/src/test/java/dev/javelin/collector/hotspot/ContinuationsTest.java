package dev.javelin.collector.hotspot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.hotspot.CodeLayout.Continuations;
import dev.javelin.collector.hotspot.target.NamedThreads;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Follows the layout of continuations from a carrier to the frozen frames of the virtual thread that it runs. */
class ContinuationsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:-UseCompressedOops", "-XX:+UseCompactObjectHeaders"})
    void shouldLeadFromTheCarrierToTheFrozenFrames(String option) throws Exception {
        List<String> options = List.of(option, "-Xmx1g");
        try (JvmProcess target = JvmProcess.start(Jdk.require(25), options, NamedThreads.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            CodeLayout layout = CodeLayout.of(hotSpot);
            long entry = 0;
            for (long thread : new JavaThreadList(hotSpot).threads()) {
                entry = Math.max(
                        entry, hotSpot.mem().readLong(thread + layout.thread().contEntry()));
            }
            assertThat(entry).as("a virtual thread is mounted").isNotZero();
            assertThat(hotSpot.mem().readLong(entry + layout.continuations().entryParent()))
                    .isZero();
            assertContinuation(hotSpot, layout, entry);
        }
    }

    private static void assertContinuation(HotSpot hotSpot, CodeLayout layout, long entry) {
        Continuations at = layout.continuations();
        OopReader heap = new OopReader(hotSpot, layout);
        long continuation = heap.root(entry + at.entryCont());
        KlassCheck ofVirtualThread =
                new KlassCheck(hotSpot.structs(), hotSpot.mem(), heap, "java/lang/VirtualThread$VThreadContinuation");
        assertThat(ofVirtualThread.isInstance(continuation)).isTrue();
        long chunk = heap.field(continuation, at.tail());
        KlassCheck ofChunk = new KlassCheck(hotSpot.structs(), hotSpot.mem(), heap, "jdk/internal/vm/StackChunk");
        assertThat(ofChunk.isInstance(chunk)).isTrue();
        int size = hotSpot.mem().readInt(chunk + at.chunkSize());
        int sp = hotSpot.mem().readInt(chunk + at.chunkSp());
        int bottom = hotSpot.mem().readInt(chunk + at.chunkBottom());
        assertThat(size).isBetween(1, 100_000);
        assertThat(bottom).isBetween(1, size);
        assertThat(sp).isBetween(0, bottom);
        assertThat(sp).as("frames are frozen").isLessThan(bottom);
        long pc = hotSpot.mem().readLong(chunk + at.chunkStack() + 8L * sp - 8);
        assertThat(pc).as("return address below the topmost frame").isBetween(layout.codeLow(), layout.codeHigh());
        assertThat(heap.field(chunk, at.chunkParent())).isZero();
        assertThat(at.returnPc()).isBetween(layout.codeLow(), layout.codeHigh());
    }
}
