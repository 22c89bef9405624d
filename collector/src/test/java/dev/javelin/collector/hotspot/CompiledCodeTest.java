package dev.javelin.collector.hotspot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.elf.Tools;
import dev.javelin.collector.hotspot.target.Workload;
import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decodes all compiled code of a target, and compares it with what the target's own diagnostic command says. */
class CompiledCodeTest {
    /** Compiler.codelist: compile id, level, state, Class.method(descriptor), [nmethod, code begin - code end]. */
    private static final Pattern LISTED =
            Pattern.compile("(\\d+) (\\d) (-?\\d) (\\S+)\\.([^.(\\s]+)(\\(\\S*) \\[(0x\\w+), (0x\\w+) - (0x\\w+)\\]");

    record Listed(int compileId, int level, String className, String method, String signature, long codeBegin) {}

    @ParameterizedTest
    @CsvSource({
        "17, -XX:+TieredCompilation",
        "25, -XX:+TieredCompilation",
        "17, -XX:TieredStopAtLevel=1",
        "25, -XX:TieredStopAtLevel=1",
        "17, -XX:-TieredCompilation",
        "25, -XX:-TieredCompilation",
        "17, -XX:-SegmentedCodeCache",
        "25, -XX:+UseZGC",
        "17, -Xshare:off",
        "25, -Xshare:off"
    })
    void shouldAgreeWithTheJvmOnEveryCompiledMethod(int version, String option) throws Exception {
        Jdk jdk = Jdk.require(version);
        try (JvmProcess target = JvmProcess.start(jdk, List.of(option), Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            CodeLayout layout = CodeLayout.of(hotSpot);
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot, layout);
            Map<Long, Listed> listed = codeList(jdk, target.pid());
            int compared = 0;
            for (CodeCacheWalk.Blob blob : new CodeCacheWalk(hotSpot, layout).blobs()) {
                Listed expected = listed.get(blob.address());
                if (blob.nmethod() && expected != null && expected.compileId() == blob.compileId()) {
                    assertAgrees(symbols, blob, expected);
                    compared++;
                }
            }
            assertThat(compared)
                    .as("of %d listed", listed.size())
                    .isGreaterThan(listed.size() * 8 / 10)
                    .isGreaterThan(30);
        }
    }

    private static void assertAgrees(HotSpotSymbols symbols, CodeCacheWalk.Blob blob, Listed expected) {
        assertThat(blob.level()).isEqualTo(expected.level());
        assertThat(blob.codeBegin()).isEqualTo(expected.codeBegin());
        List<Frame> frames = symbols.compiled(blob.address(), blob.compileId(), 16, blob.method());
        Frame outermost = frames.get(frames.size() - 1);
        assertThat(outermost.className().replace('/', '.'))
                .isEqualTo(expected.className().replace('/', '.'));
        assertThat(outermost.method()).isEqualTo(expected.method());
        assertThat(outermost.signature()).isEqualTo(expected.signature());
        boolean c1 = expected.level() >= 1 && expected.level() <= 3;
        assertThat(outermost.type()).isEqualTo(c1 ? FrameType.C1_COMPILED : FrameType.JIT_COMPILED);
    }

    private static Map<Long, Listed> codeList(Jdk jdk, int pid) throws Exception {
        Map<Long, Listed> found = new HashMap<>();
        String output = Tools.run(jdk.program("jcmd"), Integer.toString(pid), "Compiler.codelist");
        for (String line : output.lines().toList()) {
            Matcher m = LISTED.matcher(line);
            if (m.matches()) {
                found.put(
                        Long.decode(m.group(7)),
                        new Listed(
                                Integer.parseInt(m.group(1)),
                                Integer.parseInt(m.group(2)),
                                m.group(4),
                                m.group(5),
                                m.group(6),
                                Long.decode(m.group(8))));
            }
        }
        assertThat(found).isNotEmpty();
        return found;
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldDecodeEveryInstructionOfEveryCompiledMethod(int version) throws Exception {
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), List.of(), Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            CodeLayout layout = CodeLayout.of(hotSpot);
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot, layout);
            Map<FrameType, Integer> types = new EnumMap<>(FrameType.class);
            int unnamed = 0;
            int lines = 0;
            int all = 0;
            for (CodeCacheWalk.Blob blob : new CodeCacheWalk(hotSpot, layout).blobs()) {
                for (int offset = 0; blob.nmethod() && offset < blob.codeSize(); offset += 4) {
                    for (Frame frame : symbols.compiled(blob.address(), blob.compileId(), offset, blob.method())) {
                        all++;
                        types.merge(frame.type(), 1, Integer::sum);
                        unnamed += frame.className() == null ? 1 : 0;
                        lines += frame.line() > 0 ? 1 : 0;
                    }
                }
            }
            assertThat(unnamed).isZero();
            assertThat(lines).isGreaterThan(all / 3);
            assertThat(types.keySet()).contains(FrameType.C1_COMPILED, FrameType.JIT_COMPILED, FrameType.INLINED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldShowTheChainOfInlinedMethodsWithTheirLines(int version) throws Exception {
        List<String> options = List.of("-XX:-TieredCompilation");
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), options, Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            CodeLayout layout = CodeLayout.of(hotSpot);
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot, layout);
            Map<String, int[]> known = LineNumbers.of(Jdk.require(version), Workload.class);
            List<String> chains = new ArrayList<>();
            for (CodeCacheWalk.Blob blob : new CodeCacheWalk(hotSpot, layout).blobs()) {
                for (int offset = 0; blob.nmethod() && offset < blob.codeSize(); offset++) {
                    List<Frame> frames = symbols.compiled(blob.address(), blob.compileId(), offset, blob.method());
                    frames.forEach(frame -> assertLineIsOf(known, frame));
                    chains.add(
                            String.join("<", frames.stream().map(Frame::method).toList()));
                }
            }
            assertThat(chains).contains("inner<middle<outer<inlined");
        }
    }

    private static void assertLineIsOf(Map<String, int[]> known, Frame frame) {
        if (Workload.class.getName().replace('.', '/').equals(frame.className()) && frame.bci() >= 0) {
            int[] lines = known.get(frame.method() + frame.signature());
            assertThat(frame.line()).as("%s at %d", frame.method(), frame.bci()).isEqualTo(lines[frame.bci()]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldNameStubs(int version) throws Exception {
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), List.of(), Workload.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            CodeLayout layout = CodeLayout.of(hotSpot);
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot, layout);
            List<String> names = new ArrayList<>();
            for (CodeCacheWalk.Blob blob : new CodeCacheWalk(hotSpot, layout).blobs()) {
                if (!blob.nmethod()) {
                    Frame frame = symbols.stub(blob.address(), 0).get(0);
                    assertThat(frame.type()).isEqualTo(FrameType.NATIVE);
                    names.add(frame.method());
                    long copy = layout.stub("jint_disjoint_arraycopy") - blob.codeBegin();
                    if (copy >= 0 && copy < blob.codeSize()) {
                        assertThat(symbols.stub(blob.address(), copy + 9).get(0).method())
                                .isEqualTo("jint_disjoint_arraycopy");
                        names.add("jint_disjoint_arraycopy");
                    }
                }
            }
            assertThat(names).doesNotContain("[unknown]");
            assertThat(names).contains("Interpreter", "DeoptimizationBlob", "SafepointBlob", "I2C/C2I adapters");
            assertThat(names).contains("jint_disjoint_arraycopy");
        }
    }
}
