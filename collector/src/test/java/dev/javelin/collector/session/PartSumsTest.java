package dev.javelin.collector.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.flamegraph.CallPart;
import dev.javelin.flamegraph.Explanation;
import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import dev.javelin.flamegraph.Profile;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PartSumsTest {
    private final Profile profile = new Profile(false);
    private final PartSums sums = new PartSums(new CallParts(profile));

    private int stack(String method) {
        int[] frames = {profile.frame(Frame.java(FrameType.JIT_COMPILED, "app/A", method, "()V", 0, -1))};
        return profile.stack(frames, 0, 1);
    }

    /** By their stacks, "all slow". */
    private Map<Integer, String> times() {
        return sums.list().stream()
                .collect(Collectors.toMap(Explanation.Part::stack, part -> part.allNanos() + " " + part.slowNanos()));
    }

    /** Slow calls have fewer samples for their time here than others. */
    @Test
    void noStackHasMoreTimeInSlowCallsThanInAll() {
        int first = stack("first");
        int second = stack("second");
        sums.divide(Map.of(first, 2L, second, 18L), 1_000, Map.of(first, 2L), 600);
        assertThat(times()).isEqualTo(Map.of(first, "600 600", second, "400 0"));
    }

    @Test
    void timeThatNoSampleHasIsDividedAmongTheOthers() {
        int first = stack("first");
        int second = stack("second");
        sums.divide(Map.of(first, 1L, second, 3L), 1_000, Map.of(), 200);
        assertThat(times()).isEqualTo(Map.of(first, "250 50", second, "750 150"));
        PartSums none = new PartSums(new CallParts(profile));
        none.divide(Map.of(), 1_000, Map.of(), 200);
        assertThat(none.list())
                .isEqualTo(List.of(new Explanation.Part(
                        CallPart.ON_CPU_JAVA, CallTimes.UNSAMPLED, Profile.EMPTY_STACK, 1_000, 200)));
        PartSums onlySlow = new PartSums(new CallParts(profile));
        onlySlow.divide(Map.of(first, 4L), 1_000, Map.of(first, 4L), 200);
        assertThat(onlySlow.list())
                .isEqualTo(List.of(new Explanation.Part(CallPart.ON_CPU_JAVA, "", first, 1_000, 200)));
    }

    @Test
    void whatIsNotKnownOfSlowCallsIsNotKnownOfAll() {
        assertThat(sums.addUnknown(0, 0)).isZero();
        assertThat(sums.list()).isEmpty();
        assertThat(sums.addUnknown(300, 100)).isZero();
        assertThat(times()).isEqualTo(Map.of(Profile.EMPTY_STACK, "300 100"));
        PartSums others = new PartSums(new CallParts(profile));
        assertThat(others.addUnknown(20, 100)).isEqualTo(80);
        assertThat(others.list())
                .isEqualTo(List.of(new Explanation.Part(CallPart.UNKNOWN, "", Profile.EMPTY_STACK, 100, 100)));
    }
}
