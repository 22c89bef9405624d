package dev.javelin.collector.hotspot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.hotspot.target.NamedThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreadNamesTest {
    private static final int ROUNDS = 150;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @ParameterizedTest
    @CsvSource({
        "17, -XX:+UseSerialGC",
        "17, -XX:+UseParallelGC",
        "17, -XX:+UseG1GC",
        "17, -XX:+UseZGC",
        "17, -XX:+UseShenandoahGC",
        "17, -XX:-UseCompressedOops",
        "17, -XX:-UseCompressedClassPointers",
        "17, -XX:ObjectAlignmentInBytes=16",
        "25, -XX:+UseSerialGC",
        "25, -XX:+UseParallelGC",
        "25, -XX:+UseG1GC",
        "25, -XX:+UseZGC",
        "25, -XX:+UseShenandoahGC",
        "25, -XX:-UseCompressedOops",
        "25, -XX:+UseCompactObjectHeaders",
        "25, -XX:+UseZGC -XX:+UseCompactObjectHeaders"
    })
    void shouldReadFullNamesWhileObjectsMove(int version, String options) throws Exception {
        Jdk jdk = Jdk.require(version);
        try (JvmProcess target = JvmProcess.start(jdk, Arrays.asList(options.split(" ", -1)), NamedThreads.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot);
            int readable = 0;
            int rounds = 0;
            List<String> expected = new ArrayList<>(NamedThreads.NAMES);
            expected.add("main");
            // while a collection moves them they cannot be read, which on a busy machine takes its time
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (readable < ROUNDS && System.nanoTime() < end) {
                rounds++;
                List<String> names = new ArrayList<>();
                for (long thread : new JavaThreadList(hotSpot).threads()) {
                    names.add(symbols.threadName(thread, null));
                }
                if (!names.contains(null)) {
                    assertThat(names).containsAll(expected);
                    readable++;
                }
                Thread.sleep(1);
            }
            assertThat(readable)
                    .as("of %d rounds those in which all names could be read", rounds)
                    .isEqualTo(ROUNDS)
                    .isGreaterThan(rounds / 4);
        }
    }

    @ParameterizedTest
    @CsvSource({"17, -XX:+UseG1GC", "25, -XX:+UseG1GC", "25, -XX:+UseZGC"})
    void shouldReadTheNameOfTheMountedVirtualThread(int version, String option) throws Exception {
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), List.of(option), NamedThreads.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot);
            List<String> mounted = mounted(hotSpot, symbols);
            if (version < 21) {
                assertThat(mounted).isEmpty();
                return;
            }
            long end = System.nanoTime() + PATIENCE.toNanos(); // while a collection moves them they cannot be read
            while ((mounted.isEmpty() || mounted.get(0).endsWith("null")) && System.nanoTime() < end) {
                mounted = mounted(hotSpot, symbols);
            }
            assertThat(mounted).hasSize(1);
            assertThat(mounted.get(0)).matches("a virtual thread with a name on ForkJoinPool-1-worker-\\d");
        }
    }

    private static List<String> mounted(HotSpot hotSpot, HotSpotSymbols symbols) {
        List<String> mounted = new ArrayList<>();
        for (long thread : new JavaThreadList(hotSpot).threads()) {
            String name = symbols.virtualThreadName(thread);
            if (name != null) {
                mounted.add(name + " on " + symbols.threadName(thread, "ForkJoinPool-1-"));
            }
        }
        return mounted;
    }

    @Test
    void shouldKnowHowTheKernelsNameIsCut() {
        assertThat(ThreadNames.agrees("a long name of a thread", "a long name of "))
                .isTrue();
        assertThat(ThreadNames.agrees("DispatcherWorkerThread21", "Dispatc..read21"))
                .isTrue();
        assertThat(ThreadNames.agrees("main", "java")).isFalse();
        assertThat(ThreadNames.agrees("DispatcherWorkerThread22", "Dispatc..read21"))
                .isFalse();
        assertThat(ThreadNames.agrees("", "")).isTrue();
    }
}
