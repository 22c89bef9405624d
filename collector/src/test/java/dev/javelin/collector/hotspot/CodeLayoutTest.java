package dev.javelin.collector.hotspot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.javelin.collector.hotspot.CodeLayout.Blob;
import dev.javelin.collector.hotspot.CodeLayout.JavaThreads;
import dev.javelin.collector.hotspot.CodeLayout.NMethod;
import dev.javelin.collector.hotspot.target.Workload;
import dev.javelin.collector.proc.ProcessGoneException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodeLayoutTest {
    private static final int STARTS = 20;

    private static final int NONE = CodeLayout.NONE;

    @Test
    void shouldMatchWhatWasMeasuredOnJdk17() throws IOException {
        CodeLayout layout = layoutOf("17.0.15+6-Debian-1deb12u1", 17);
        assertThat(layout.heapBlockHeader()).isEqualTo(16);
        assertThat(layout.blob()).isEqualTo(new Blob(96, 12, 28, 20, 4, 32, 40, false));
        assertThat(layout.nmethod()).isEqualTo(new NMethod(112, 304, 308, 4, 128, 136, false, 300));
        assertThat(layout.interpreter().methodConstMethod()).isEqualTo(8);
        assertThat(layout.interpreter().constMethodSize()).isEqualTo(48);
        assertThat(layout.interpreter().constMethodCodeSize()).isEqualTo(32);
        JavaThreads thread = layout.thread();
        assertThat(List.of(thread.anchorSp(), thread.anchorPc(), thread.anchorFp()))
                .containsExactly(656, 664, 672);
        assertThat(List.of(thread.osThread(), thread.osThreadId(), thread.stackBase(), thread.stackSize()))
                .containsExactly(560, 208, 592, 600);
        assertThat(List.of(thread.contEntry(), thread.vthread(), thread.callWrapperSlot(), thread.callWrapperAnchor()))
                .containsExactly(NONE, NONE, -6, 32);
        assertThat(thread.tlsOffset()).isEqualTo(0x20);
        assertThat(layout.continuations()).isNull();
    }

    @Test
    void shouldMatchWhatWasMeasuredOnJdk25() throws IOException {
        CodeLayout layout = layoutOf("25.0.3+9-LTS", 25);
        assertThat(layout.heapBlockHeader()).isEqualTo(8);
        assertThat(layout.blob()).isEqualTo(new Blob(8, 24, 44, 54, 2, 36, 40, true));
        assertThat(layout.nmethod()).isEqualTo(new NMethod(80, 212, 216, 1, 176, 180, true, 208));
        assertThat(layout.kinds().offset()).isEqualTo(56);
        assertThat(layout.kinds().width()).isEqualTo(1);
        assertThat(layout.interpreter().constMethodSize()).isEqualTo(56);
        assertThat(layout.interpreter().constMethodCodeSize()).isEqualTo(34);
        JavaThreads thread = layout.thread();
        assertThat(List.of(thread.anchorSp(), thread.anchorPc(), thread.anchorFp()))
                .containsExactly(1152, 1160, 1168);
        assertThat(List.of(thread.osThread(), thread.osThreadId(), thread.stackBase(), thread.stackSize()))
                .containsExactly(1016, 12, 1048, 1056);
        assertThat(thread.contEntry()).isEqualTo(1560);
        assertThat(thread.tlsOffset()).isEqualTo(0x20);
        assertThat(layout.continuations().entrySize()).isEqualTo(64);
        assertThat(layout.continuations().entryCont()).isEqualTo(16);
    }

    private static CodeLayout layoutOf(String release, int version) throws IOException {
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), List.of(), Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            assumeTrue(
                    release.equals(hotSpot.vmRelease()),
                    () -> "measured on " + release + " only, this is " + hotSpot.vmRelease());
            return CodeLayout.of(hotSpot);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldFindCodeAndStubs(int version) throws IOException {
        try (JvmProcess target =
                        JvmProcess.start(Jdk.require(version), List.of("-XX:+SegmentedCodeCache"), Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            CodeLayout layout = CodeLayout.of(hotSpot);
            assertThat(layout.heaps()).hasSizeBetween(2, 3);
            for (CodeLayout.Heap heap : layout.heaps()) {
                assertThat(heap.low()).isBetween(layout.codeLow(), heap.high());
                assertThat(heap.high()).isLessThanOrEqualTo(layout.codeHigh());
                assertThat(heap.log2SegmentSize()).isEqualTo(7);
                assertThat(hotSpot.mem().readByte(heap.segmap()))
                        .as("the first block begins there")
                        .isZero();
            }
            assertThat(layout.interpreter().low())
                    .isBetween(layout.codeLow(), layout.interpreter().high());
            for (String stub : List.of("call_stub_return_address", "forward_exception_entry", "jbyte_arraycopy")) {
                assertThat(layout.stub(stub)).as(stub).isBetween(layout.codeLow(), layout.codeHigh());
            }
            // a call of the call stub: call through a register, ff d?, right before the address that it returns to
            byte[] call = hotSpot.mem().readBytes(layout.stub("call_stub_return_address") - 2, 2);
            assertThat(call[0]).isEqualTo((byte) 0xff);
            assertThat(call[1] & 0xf8).isEqualTo(0xd0);
            assertThat(layout.stub("cont_returnBarrier") != 0).isEqualTo(version >= 21);
            assertThat(layout.stub("no_such_stub")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldDescribeEveryThread(int version) throws IOException {
        List<String> options = List.of("-XX:-UseDynamicNumberOfCompilerThreads"); // no thread comes or goes
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), options, Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            JavaThreads layout = CodeLayout.of(hotSpot).thread();
            assertThat(layout.tlsModule()).isPositive();
            assertThat(layout.vtables()).hasSizeGreaterThan(5);
            long[] threads = new JavaThreadList(hotSpot).threads();
            assertThat(threads).hasSizeGreaterThan(5);
            for (long thread : threads) {
                assertThat(layout.vtables()).contains(hotSpot.mem().readLong(thread));
                int tid =
                        hotSpot.mem().readInt(hotSpot.mem().readLong(thread + layout.osThread()) + layout.osThreadId());
                assertThat(Path.of("/proc/" + target.pid() + "/task/" + tid)).exists();
                long base = hotSpot.mem().readLong(thread + layout.stackBase());
                long size = hotSpot.mem().readLong(thread + layout.stackSize());
                assertThat(size).isBetween(64L << 10, 64L << 20);
                assertThat(hotSpot.mem().readBytes(base - 8, 8)).hasSize(8);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldSayThatAJvmIsStillStarting(int version) throws Exception {
        Jdk jdk = Jdk.require(version);
        int seen = 0;
        for (int start = 0; start < STARTS && seen == 0; start++) { // the moment may be missed
            seen = lookedAtTooEarly(jdk);
        }
        assertThat(seen).as("at first there is no libjvm").isPositive();
    }

    /** How often a JVM was looked at before it could be. */
    private static int lookedAtTooEarly(Jdk jdk) throws Exception {
        int seen = 0;
        Process starting = new ProcessBuilder(jdk.program("java"), "-XX:+UseSerialGC", "-version").start();
        while (starting.isAlive()) {
            try (HotSpot hotSpot = HotSpot.find((int) starting.pid())) {
                CodeLayout layout = CodeLayout.of(hotSpot);
                assertThat(layout.codeLow()).isPositive();
            } catch (HotSpotException e) {
                seen++;
                assertThat(e).hasMessageContaining("process " + starting.pid());
            } catch (ProcessGoneException e) {
                assertThat(starting.waitFor()).isZero();
            }
        }
        return seen;
    }
}
