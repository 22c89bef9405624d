package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.ChainCheck;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.NativeLibrary;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.chains.Chain;
import dev.javelin.it.targets.chains.Chains;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stacks of known call chains are exact: no frame invented, none missing, in every way that HotSpot runs code. */
class ChainsIT {
    private static final String INTERPRETED = "-XX:CompileCommand=exclude,dev.javelin.it.targets.chains.PlainChain::*";
    private static final Map<String, List<String>> MODES = Map.of(
            "tiered", List.of(),
            "interpreter only", List.of("-Xint"),
            "C1 only", List.of("-XX:TieredStopAtLevel=1"),
            "C2 without inlining", List.of("-XX:-TieredCompilation", "-XX:-Inline"),
            "interpreted between compiled",
                    List.of("-XX:CompileCommand=quiet", INTERPRETED + "1", INTERPRETED + "5", INTERPRETED + "6"),
            "Z", List.of("-XX:+UseZGC", "-Xmx1g"));

    /** Chains that drop their own classes all the time: what is gone when it is looked for is not to be guessed. */
    private static final Set<String> UNLOADING = Set.of("Clinit", "Deopt");

    private static final double MAX_UNLOADED = 0.25;
    private static final double MAX_BROKEN = 0.001;

    @TempDir
    Path directory;

    static Stream<Arguments> modes() {
        return MODES.keySet().stream()
                .sorted()
                .flatMap(mode -> Stream.of(17, 25).map(jdk -> Arguments.of(mode, jdk)));
    }

    @ParameterizedTest(name = "{0}, JDK {1}")
    @MethodSource("modes")
    void chainsAreExact(String mode, int major) throws Exception {
        MustRun.recording();
        check(MustRun.jdk(major), MODES.get(mode), "shallow", Lengths.seconds(8, 30));
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void stacksOfMoreThanAThousandFramesAreExact(int major) throws Exception {
        MustRun.recording();
        check(MustRun.jdk(major), List.of(), "deep", Lengths.seconds(4, 20), "-j", "2048");
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void chainsOfClassesThatAreUnloadedAreExactOrSayThatTheyAreGone(int major) throws Exception {
        MustRun.recording();
        check(MustRun.jdk(major), List.of(), "unloading", Lengths.seconds(8, 30));
    }

    private void check(Jdk jdk, List<String> flags, String scope, Duration duration, String... options)
            throws Exception {
        String library = NativeLibrary.compile(jdk, "-fomit-frame-pointer").toString();
        Path jfr = directory.resolve("chains.jfr");
        try (TargetProcess target = TargetProcess.start(jdk, flags, Chains.class, scope, "native=" + library)) {
            String summary = JavelinCommand.recordCpu(target.pid(), duration, 999, jfr, options)
                    .err();
            List<ChainCheck> checks = checks(Recording.read(jfr), scope, jdk.major() >= 21);
            System.out.printf("chains, %s %s %s%n%s%n", jdk, scope, flags, summary);
            checks.forEach(System.out::println);
            assertThat(checks).allSatisfy(check -> assertNamed(check, flags.contains("-Xint")));
            int samples = checks.stream().mapToInt(ChainCheck::samples).sum();
            int broken = checks.stream()
                    .mapToInt(check -> check.mismatched() + check.incomplete())
                    .sum();
            assertThat((double) broken / samples)
                    .as("share of wrong and incomplete stacks of %d: %s", samples, checks)
                    .isLessThanOrEqualTo(Lengths.share(MAX_BROKEN, samples));
        }
    }

    private static List<ChainCheck> checks(Recording recording, String scope, boolean virtualThreads) throws Exception {
        List<ChainCheck> checks = new ArrayList<>();
        for (Chain chain : Chains.chains(Map.of(scope, "", "native", ""))) {
            checks.add(ChainCheck.of(chain, recording));
        }
        if (virtualThreads && scope.equals("shallow")) {
            checks.add(ChainCheck.ofVirtualThreads(recording));
        }
        return checks;
    }

    private static void assertNamed(ChainCheck check, boolean interpreted) {
        // how often finalizers run is the collector's choice
        assertThat(check.samples())
                .as("samples of " + check)
                .isGreaterThan(check.name().equals("Finalize") ? 0 : 20);
        assertThat(check.ambiguousCalls())
                .as("lines of calls in " + check.name())
                .isEmpty();
        assertThat((double) check.unknownLines() / check.samples())
                .as("share of stacks with a call without its line of " + check)
                .isLessThanOrEqualTo(Lengths.share(MAX_BROKEN, check.samples()));
        assertThat((double) check.unresolved() / check.samples())
                .as("share of stacks with a frame without a name of " + check)
                .isLessThanOrEqualTo(
                        UNLOADING.contains(check.name()) ? MAX_UNLOADED : Lengths.share(MAX_BROKEN, check.samples()));
        assertThat((double) check.imprecise() / check.samples())
                .as("share of stacks with the neighbour's inlined leaf of " + check)
                .isLessThanOrEqualTo(interpreted ? 0 : 0.05);
    }
}
