package dev.javelin.collector.hotspot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.hotspot.target.NamedThreads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreadNamesTest {
    private static final int ROUNDS = 150;

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
            int unreadable = 0;
            int all = 0;
            List<String> expected = new ArrayList<>(NamedThreads.NAMES);
            expected.add("main");
            for (int i = 0; i < ROUNDS; i++) {
                List<String> names = new ArrayList<>();
                for (long thread : new JavaThreadList(hotSpot).threads()) {
                    names.add(symbols.threadName(thread, null));
                }
                all += names.size();
                unreadable += (int) names.stream().filter(name -> name == null).count();
                if (!names.contains(null)) {
                    assertThat(names).containsAll(expected);
                }
                Thread.sleep(1);
            }
            assertThat(unreadable).as("of %d", all).isLessThanOrEqualTo(all / 50);
        }
    }

    @ParameterizedTest
    @CsvSource({"17, -XX:+UseG1GC", "25, -XX:+UseG1GC", "25, -XX:+UseZGC"})
    void shouldReadTheNameOfTheMountedVirtualThread(int version, String option) throws Exception {
        try (JvmProcess target = JvmProcess.start(Jdk.require(version), List.of(option), NamedThreads.class);
                HotSpot hotSpot = HotSpot.find(target.pid())) {
            HotSpotSymbols symbols = new HotSpotSymbols(hotSpot);
            List<String> carriers = new ArrayList<>();
            List<String> virtual = new ArrayList<>();
            for (long thread : new JavaThreadList(hotSpot).threads()) {
                String name = symbols.virtualThreadName(thread);
                if (name != null) {
                    virtual.add(name);
                    carriers.add(symbols.threadName(thread, "ForkJoinPool-1-"));
                }
            }
            if (version < 21) {
                assertThat(virtual).isEmpty();
            } else {
                assertThat(virtual).containsExactly("a virtual thread with a name");
                assertThat(carriers).containsExactly("ForkJoinPool-1-worker-1");
            }
        }
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
