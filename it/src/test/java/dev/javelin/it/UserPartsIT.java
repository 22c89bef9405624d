package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.Shares;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** User-space mode records in parts: nothing is lost between them that is not told. They are of a second, or of four, at first, here. */
class UserPartsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int PART_MILLIS = 1000;
    /** So that there is time to end one from outside before it ends by itself. */
    private static final int LONG_PART_MILLIS = 4000;

    private static final String RECORDING = "recording.jfr";
    /** Of a second that the target works; a machine that does much else gives it less of it. */
    private static final int LEAST_SAMPLES = 10;

    @TempDir
    private Path directory;

    @BeforeAll
    static void requireJar() {
        MustRun.require(JavelinCommand.isBuilt(), "collector/target/javelin.jar is not built: mvn package");
    }

    private static TargetProcess target() {
        return TargetProcess.start(MustRun.jdk(17), List.of(), Shares.class);
    }

    private static Child recorder(TargetProcess target, Path jfr, int partMillis) {
        List<String> arguments = List.of("record", "--mode", "user", "-f", jfr.toString(), Long.toString(target.pid()));
        return new Child(
                JavelinCommand.line(arguments), Map.of("JAVA_TOOL_OPTIONS", "-Djavelin.user.part=" + partMillis));
    }

    /** Each part begins with a new file. */
    private static final class Parts implements AutoCloseable {
        private final WatchService watch = FileSystems.getDefault().newWatchService();
        private final Path directory;

        Parts(TargetProcess target) throws IOException {
            directory = await(target);
            directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        }

        private static Path await(TargetProcess target) throws IOException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                List<Path> found = left(target);
                if (!found.isEmpty() && Files.exists(found.get(0).resolve(RECORDING))) {
                    return found.get(0);
                }
                assertThat(System.nanoTime()).as("time to start").isLessThan(end);
                pause();
            }
        }

        /** Waits for another one to begin. */
        void awaitNext() throws InterruptedException {
            boolean begun = false;
            while (!begun) {
                WatchKey key = watch.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertThat(key).as("the next part").isNotNull();
                for (WatchEvent<?> event : key.pollEvents()) {
                    begun |= event.context().toString().equals(RECORDING);
                }
                key.reset();
            }
        }

        Path library() throws IOException {
            try (Stream<Path> files = Files.list(directory)) {
                return files.filter(file -> file.toString().endsWith(".so"))
                        .findFirst()
                        .orElseThrow();
            }
        }

        @Override
        public void close() throws IOException {
            watch.close();
        }
    }

    private static List<Path> left(TargetProcess target) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/tmp"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(".javelin-" + target.pid() + "-"))
                    .toList();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long between(Recording recording, Instant from, Instant to) {
        return recording
                .where(sample -> !sample.time().isBefore(from) && sample.time().isBefore(to))
                .size();
    }

    @Test
    void partsAreOneRecording() throws Exception {
        Path jfr = directory.resolve("parts.jfr");
        try (TargetProcess target = target();
                Child recorder = recorder(target, jfr, PART_MILLIS);
                Parts parts = new Parts(target)) {
            parts.awaitNext();
            Instant second = Instant.now();
            parts.awaitNext();
            Instant third = Instant.now();
            parts.awaitNext();
            Instant end = Instant.now();
            recorder.signal("INT");
            Child.Result result = recorder.await(PATIENCE);
            assertThat(result.exit()).as(result.err()).isZero();
            assertThat(result.err()).doesNotContain("not recorded");
            Recording recording = Recording.read(jfr);
            assertThat(between(recording, Instant.EPOCH, second)).isGreaterThan(LEAST_SAMPLES);
            assertThat(between(recording, second, third)).isGreaterThan(LEAST_SAMPLES);
            assertThat(between(recording, third, end)).isGreaterThan(LEAST_SAMPLES);
            Map<String, String> facts = Facts.of(jfr);
            String cpu = facts.get("CPU time sampled");
            assertThat(seconds(cpu, 0) / seconds(cpu, 3))
                    .as(cpu)
                    .isBetween(0.4, 1.15); // its timers miss ticks on a busy machine
            assertThat(facts).doesNotContainKey("failure 1");
            assertThat(facts.keySet()).anyMatch(name -> name.matches("not recorded, between ([4-9]|\\d\\d) parts"));
            assertThat(left(target)).isEmpty();
        }
    }

    /** As in {@code 3.33 s of 3.41 s by the kernel's account}. */
    private static double seconds(String fact, int word) {
        return Double.parseDouble(fact.split(" ", -1)[word]);
    }

    @Test
    void partsBeforeAKillAreKept() throws Exception {
        Path jfr = directory.resolve("killed.jfr");
        try (TargetProcess target = target();
                Child recorder = recorder(target, jfr, PART_MILLIS);
                Parts parts = new Parts(target)) {
            parts.awaitNext();
            Instant second = Instant.now();
            parts.awaitNext();
            Instant third = Instant.now();
            target.signal("KILL");
            Child.Result result = recorder.await(PATIENCE);
            assertThat(result.exit()).as(result.err()).isZero();
            assertThat(result.err()).contains("was killed, and what was recorded last went with it", "; not recorded ");
            Recording recording = Recording.read(jfr);
            assertThat(between(recording, Instant.EPOCH, second)).isGreaterThan(LEAST_SAMPLES);
            assertThat(between(recording, second, third)).isGreaterThan(LEAST_SAMPLES);
            Map<String, String> facts = Facts.of(jfr);
            assertThat(facts.get("failure 1")).contains("was killed");
            assertThat(facts).containsKey("not recorded, parts that failed");
            assertThat(left(target)).isEmpty();
        }
    }

    private static void endProfiler(TargetProcess target, Parts parts) throws IOException {
        Child.run(
                        MustRun.jdk(17).tool("jcmd").toString(),
                        Long.toString(target.pid()),
                        "JVMTI.agent_load " + parts.library() + " stop")
                .ok();
    }

    @Test
    void whereEveryPartIsEndedTheProcessIsGivenUp() throws Exception {
        Path jfr = directory.resolve("given-up.jfr");
        try (TargetProcess target = target();
                Child recorder = recorder(target, jfr, LONG_PART_MILLIS);
                Parts parts = new Parts(target)) {
            for (int part = 0; part < 3; part++) {
                parts.awaitNext();
                endProfiler(target, parts);
            }
            Child.Result result = recorder.await(PATIENCE);
            assertThat(result.exit()).as(result.err()).isZero();
            assertThat(result.err().lines().filter(line -> line.startsWith("async-profiler in process")))
                    .as(result.err())
                    .hasSize(3);
            assertThat(left(target)).isEmpty();
            assertThat(target.isAlive()).isTrue();
        }
    }

    /** By {@code asprof stop} for example; the next part is recorded again. */
    @Test
    void aPartThatSomebodyElseEndsIsTold() throws Exception {
        Path jfr = directory.resolve("stopped.jfr");
        try (TargetProcess target = target();
                Child recorder = recorder(target, jfr, LONG_PART_MILLIS);
                Parts parts = new Parts(target)) {
            parts.awaitNext();
            endProfiler(target, parts);
            parts.awaitNext();
            recorder.signal("INT");
            Child.Result result = recorder.await(PATIENCE);
            assertThat(result.exit()).as(result.err()).isZero();
            assertThat(result.err()).contains("; not recorded ", "before it was told to");
            assertThat(Facts.of(jfr)).containsKey("not recorded, parts that failed");
            assertThat(left(target)).isEmpty();
        }
    }
}
