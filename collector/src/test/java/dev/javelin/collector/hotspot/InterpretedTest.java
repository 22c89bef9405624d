package dev.javelin.collector.hotspot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.hotspot.target.Workload;
import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterpretedTest {
    private static final String WORKLOAD = Workload.class.getName().replace('.', '/');

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldGiveTheLineOfEveryBytecode(int version) throws Exception {
        Jdk jdk = Jdk.require(version);
        try (JvmProcess target = JvmProcess.start(jdk, List.of(), Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot);
            Map<String, int[]> known = LineNumbers.of(jdk, Workload.class);
            Set<String> methods = new TreeSet<>();
            for (long method : compiledMethods(hotSpot)) {
                long constMethod = hotSpot.mem().readLong(method + 8);
                Frame frame = symbols.interpreted(method, constMethod, 0).get(0);
                if (WORKLOAD.equals(frame.className())) {
                    assertLines(symbols, method, constMethod, known.get(frame.method() + frame.signature()));
                    methods.add(frame.method());
                }
            }
            assertThat(methods).contains("outer", "inlined", "collections", "strings", "synchronizedSum");
        }
    }

    private static void assertLines(HotSpotSymbols symbols, long method, long constMethod, int[] expected) {
        for (int bci = 0; bci < 300; bci++) {
            Frame frame = symbols.interpreted(method, constMethod, bci).get(0);
            assertThat(frame.type()).isEqualTo(FrameType.INTERPRETED);
            assertThat(frame.line()).as("%s at %d", frame.method(), bci).isEqualTo(expected[bci]);
            assertThat(frame.bci()).isEqualTo(bci);
        }
        assertThat(symbols.interpreted(method, constMethod, -1).get(0).line()).isZero();
    }

    /** Methods that were compiled: their Method* are to be had without a stack walk. */
    private static long[] compiledMethods(HotSpot hotSpot) throws HotSpotException {
        return new CodeCacheWalk(hotSpot, CodeLayout.of(hotSpot))
                .blobs().stream()
                        .filter(CodeCacheWalk.Blob::nmethod)
                        .mapToLong(CodeCacheWalk.Blob::method)
                        .distinct()
                        .toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldNeverGiveANameToWhatDoesNotFit(int version) throws Exception {
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), List.of(), Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot);
            for (long method : compiledMethods(hotSpot)) {
                long constMethod = hotSpot.mem().readLong(method + 8);
                assertThat(symbols.interpreted(method, constMethod + 8, 0)).containsExactly(HotSpotSymbols.UNLOADED);
                assertThat(symbols.interpreted(method + 8, constMethod, 0)).containsExactly(HotSpotSymbols.UNLOADED);
                assertThat(symbols.interpreted(constMethod, constMethod, 0)).containsExactly(HotSpotSymbols.UNLOADED);
            }
            for (CodeCacheWalk.Blob blob : new CodeCacheWalk(hotSpot, CodeLayout.of(hotSpot)).blobs()) {
                if (blob.nmethod()) {
                    List<Frame> other = symbols.compiled(blob.address(), -7, 16, blob.address());
                    assertThat(other).containsExactly(HotSpotSymbols.UNLOADED);
                    List<Frame> gone = symbols.compiled(blob.address(), -7, 16, blob.method());
                    assertThat(gone).hasSize(1);
                    assertThat(gone.get(0).bci()).isEqualTo(-1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldNeverFailOnGarbage(int version) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), List.of(), Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            CodeLayout layout = CodeLayout.of(hotSpot);
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot, layout);
            long[] places = places(hotSpot, layout);
            long[] threads = new JavaThreadList(hotSpot).threads();
            Map<String, Integer> named = new HashMap<>();
            for (int i = 0; i < 8_000; i++) {
                long near = places[random.nextInt(places.length)] + 8L * random.nextInt(1 << 14);
                long address = (i & 15) == 0 ? random.nextLong() : near;
                int offset = random.nextInt();
                List<Frame> frames = switch (i % 4) {
                    case 0 -> symbols.interpreted(address, hotSpot.loadBias() + offset, offset);
                    case 1 -> symbols.compiled(address, offset & 0xfff, offset, address);
                    case 2 -> symbols.stub(address, offset);
                    default -> symbols.compiled(address, offset & 0xff, random.nextInt(), random.nextLong());
                };
                boolean thread = LongStream.of(threads).anyMatch(each -> each == address);
                String name = thread ? null : symbols.threadName(address, "java");
                assertThat(frames).as("seed %d", seed).isNotEmpty();
                assertThat(name).as("seed %d", seed).isNull();
                frames.forEach(frame -> named.merge(String.valueOf(frame.className()), 1, Integer::sum));
            }
            assertThat(named).as("seed %d", seed).containsKey("null");
        }
    }

    private static long[] places(HotSpot hotSpot, CodeLayout layout) {
        long thread = new JavaThreadList(hotSpot).threads()[0] + 64;
        long method = new CodeCacheWalk(hotSpot, layout)
                .blobs().stream()
                        .filter(CodeCacheWalk.Blob::nmethod)
                        .findFirst()
                        .orElseThrow()
                        .method();
        return new long[] {layout.codeLow(), layout.interpreter().low(), hotSpot.loadBias(), thread, method + 8};
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldAnswerWhenTheTargetIsGone(int version) throws Exception {
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), List.of(), Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot);
            long method = compiledMethods(hotSpot)[0];
            long thread = new JavaThreadList(hotSpot).threads()[0];
            target.kill();
            symbols.refresh();
            assertThat(symbols.interpreted(method, method, 3)).containsExactly(HotSpotSymbols.UNLOADED);
            assertThat(symbols.compiled(method, 3, 3, method)).containsExactly(HotSpotSymbols.UNLOADED);
            assertThat(symbols.stub(method, 3)).containsExactly(HotSpotSymbols.UNKNOWN);
            assertThat(symbols.threadName(thread, "main")).isNull();
            assertThat(symbols.virtualThreadName(thread)).isNull();
        }
    }
}
