package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProfileTest {
    private static final Frame RUN = Frame.java(FrameType.INTERPRETED, "app/Main", "run", "()V", 12, 3);
    private static final Frame WORK = Frame.java(FrameType.JIT_COMPILED, "app/Main", "work", "(I)I", 40, 7);
    private static final Frame READ = Frame.symbol(FrameType.NATIVE, "read", "libc.so.6");

    @Test
    void shouldInternFramesStacksAndThreads() {
        Profile profile = new Profile(true);
        int run = profile.frame(RUN);
        int work = profile.frame(WORK);
        assertThat(profile.frame(Frame.java(FrameType.INTERPRETED, "app/Main", "run", "()V", 12, 3)))
                .isEqualTo(run);
        int stack = profile.stack(new int[] {99, work, run, 99}, 1, 3);
        assertThat(profile.stack(new int[] {work, run}, 0, 2)).isEqualTo(stack);
        assertThat(profile.frames(stack)).containsExactly(work, run);
        assertThat(profile.leafFrame(stack)).isEqualTo(work);
        assertThat(profile.callerStack(stack)).isEqualTo(profile.stack(new int[] {run}, 0, 1));
        assertThat(profile.stack(new int[0], 0, 0)).isEqualTo(Profile.EMPTY_STACK);
        assertThat(profile.thread(1, 2, "a", null)).isEqualTo(profile.thread(1, 2, "a", null));
        assertThat(profile.thread(1, 2, "b", null)).isNotEqualTo(profile.thread(1, 2, "a", null));
    }

    @Test
    void shouldForgetPositionsWhenOnlyAggregatesAreKept() {
        Profile profile = new Profile(false);
        int id = profile.frame(RUN);
        assertThat(profile.frame(Frame.java(FrameType.INTERPRETED, "app/Main", "run", "()V", 99, 1)))
                .isEqualTo(id);
        assertThat(profile.frame(id).line()).isZero();
        assertThat(profile.frame(id).bci()).isEqualTo(-1);
        profile.sample(1, profile.thread(1, 1, "main", null), 0, profile.stack(new int[] {id}, 0, 1), 5);
        assertThat(profile.keptSamples()).isZero();
        assertThat(profile.sampleCount()).isEqualTo(1);
    }

    @Test
    void shouldRenameThreadsAlsoForEarlierSamples() {
        Profile profile = new Profile(true);
        int id = profile.thread(7, 8, "pool-1-thread-1", null);
        profile.threadName(id, "the whole name of the thread");
        assertThat(profile.thread(id).label()).isEqualTo("[the whole name of the thread tid=8]");
        assertThat(profile.thread(7, 8, "pool-1-thread-1", "the whole name of the thread"))
                .isEqualTo(id);
        assertThat(profile.thread(7, 8, "pool-1-thread-1", null)).isNotEqualTo(id);
    }

    @Test
    void shouldAggregateByStackAndThread() {
        Profile profile = new Profile(false);
        int a = profile.stack(new int[] {profile.frame(RUN)}, 0, 1);
        int b = profile.stack(new int[] {profile.frame(READ), profile.frame(RUN)}, 0, 2);
        profile.sample(1, 0, 0, a, 10);
        profile.sample(2, 1, 0, a, 20);
        profile.sample(3, 0, 1, b, 30);
        profile.sample(4, 0, 1, a, 40);
        profile.add(b, 0, 5, 100);
        List<List<Long>> rows = new ArrayList<>();
        profile.forEachAggregate((s, t, n, v) -> rows.add(List.of((long) s, (long) t, n, v)));
        assertThat(rows)
                .containsExactly(
                        List.of((long) a, 0L, 2L, 50L),
                        List.of((long) a, 1L, 1L, 20L),
                        List.of((long) b, 0L, 6L, 130L));
        assertThat(profile.sampleCount()).isEqualTo(9);
        assertThat(profile.totalValue()).isEqualTo(200);
    }

    @Test
    void shouldShareItsStacksWithTheOtherEventsOfTheRecording() {
        Profile profile = new Profile(true);
        Profile other = profile.another();
        int stack = other.stack(new int[] {other.frame(READ), other.frame(RUN)}, 0, 2);
        assertThat(profile.stack(new int[] {profile.frame(READ), profile.frame(RUN)}, 0, 2))
                .isEqualTo(stack);
        assertThat(other.thread(profile.thread(1, 2, "a", "A")).javaName()).isEqualTo("A");
        other.sample(30, 0, 0, stack, 1);
        assertThat(other.keepsSamples()).isTrue();
        assertThat(other.sampleCount()).isEqualTo(1);
        assertThat(profile.sampleCount()).isZero();
        assertThat(profile.keptSamples()).isZero();
        assertThat(profile.isOfSameRecording(other)).isTrue();
        assertThat(profile.isOfSameRecording(new Profile(true))).isFalse();
    }

    @Test
    void shouldCountWhatWasSummedUpElsewhere() {
        for (boolean keepSamples : new boolean[] {true, false}) {
            Profile profile = new Profile(keepSamples);
            int stack = profile.stack(new int[] {profile.frame(READ), profile.frame(RUN)}, 0, 2);
            profile.addAggregate(10, 3, stack, "syscall:read", 100, 5_000);
            profile.addAggregate(20, 3, stack, "syscall:write", 1, 7);
            profile.sample(30, 3, 0, stack, 1);
            List<List<Long>> rows = new ArrayList<>();
            profile.forEachAggregate((s, t, n, v) -> rows.add(List.of((long) s, (long) t, n, v)));
            assertThat(rows).containsExactly(List.of((long) stack, 3L, 102L, 5_008L));
            assertThat(profile.sampleCount()).isEqualTo(102);
            assertThat(profile.totalValue()).isEqualTo(5_008);
            assertThat(profile.aggregateEntries()).hasSize(keepSamples ? 2 : 0);
            assertThat(profile.keptSamples()).isEqualTo(keepSamples ? 3 : 0);
            profile.dropSamples();
            assertThat(profile.keptSamples()).isZero();
            assertThat(profile.aggregateEntries()).isEmpty();
            assertThat(profile.totalValue()).isEqualTo(5_008);
        }
    }

    @Test
    void shouldKeepManySamplesExactlyAndInFewBytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Profile profile = new Profile(true);
        int[] stacks = randomStacks(profile, random, 5_000);
        int count = 300_000;
        long[] expected = new long[count];
        long time = 123_456_789_012_345L;
        for (int i = 0; i < count; i++) {
            time += random.nextInt(2_000_000) - 100_000;
            int stack = stacks[random.nextInt(stacks.length)];
            int thread = random.nextInt(300);
            long value = i % 1000 == 0 ? random.nextLong() : 1_001_001;
            profile.sample(time, thread, i & 7, stack, value);
            expected[i] = hash(time, thread, i & 7, stack, value);
        }
        int[] at = {0};
        profile.forEachSample((t, thread, cpu, stack, value) -> assertThat(hash(t, thread, cpu, stack, value))
                .as("sample %d, seed %d", at[0], seed)
                .isEqualTo(expected[at[0]++]));
        assertThat(at[0]).isEqualTo(count);
        assertThat(profile.keptSampleBytes()).isLessThan(14L * count);
        profile.dropSamples();
        assertThat(profile.keptSamples()).isZero();
        profile.sample(5, 1, 2, 3, 4);
        profile.forEachSample((t, thread, cpu, stack, value) -> at[0] += (int) (t + thread + cpu + stack + value));
        assertThat(at[0]).isEqualTo(count + 15);
    }

    private static int[] randomStacks(Profile profile, Random random, int count) {
        int[] stacks = new int[count];
        int[] frames = new int[40];
        for (int i = 0; i < count; i++) {
            for (int f = 0; f < frames.length; f++) {
                frames[f] = random.nextInt(1000);
            }
            stacks[i] = profile.stack(frames, 0, frames.length);
            assertThat(profile.frames(stacks[i])).isEqualTo(frames);
        }
        return stacks;
    }

    private static long hash(long time, int thread, int cpu, int stack, long value) {
        return (((time * 31 + thread) * 31 + cpu) * 31 + stack) * 31 + value;
    }
}
