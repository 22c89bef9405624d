package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Completeness;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.NativeLibrary;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.Allocator;
import dev.javelin.it.targets.BusyThreads;
import dev.javelin.it.targets.JavacTarget;
import dev.javelin.it.targets.MixedApp;
import dev.javelin.it.targets.chains.Chains;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * On every kind of workload at least 99.9 % of the samples of Java threads and 99.5 % of all others are walked to the
 * thread's entry, and next to no frame is without a name.
 */
class WholeIT {
    private static final double JAVA = 0.001;
    private static final double OTHERS = 0.005;

    @TempDir
    Path directory;

    /** A row of the matrix; {@code from} is the first JDK it applies to. */
    private record Row(String name, int from, List<String> flags, Class<?> main, String... arguments) {
        Row(String name, List<String> flags, Class<?> main, String... arguments) {
            this(name, 17, flags, main, arguments);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Row> ROWS = List.of(
            new Row("mixed application", List.of(), MixedApp.class),
            new Row("interpreter only", List.of("-Xint"), MixedApp.class),
            new Row("C1 only", List.of("-XX:TieredStopAtLevel=1"), MixedApp.class),
            new Row("Serial", List.of("-XX:+UseSerialGC", "-Xmx256m"), Allocator.class),
            new Row("Parallel", List.of("-XX:+UseParallelGC", "-Xmx256m"), Allocator.class),
            new Row("G1", List.of("-XX:+UseG1GC", "-Xmx256m"), Allocator.class),
            new Row("Z", List.of("-XX:+UseZGC", "-Xmx512m"), Allocator.class),
            new Row("Z, mixed application", List.of("-XX:+UseZGC"), MixedApp.class),
            new Row("200 threads", List.of(), BusyThreads.class, "200"),
            new Row("exceptions", List.of(), Chains.class, "only=Exception"),
            new Row("reflection and method handles", List.of(), Chains.class, "only=Reflect,Handle,Lambda"),
            new Row("JNI", List.of(), Chains.class, "only=Native"),
            new Row("class loading and deoptimisation", List.of(), Chains.class, "only=Clinit,Deopt,Finalize"),
            new Row("virtual threads", 25, List.of(), Chains.class, "only=Virtual"),
            new Row("virtual threads, Z", 25, List.of("-XX:+UseZGC"), Chains.class, "only=Virtual"),
            new Row("virtual threads, interpreter only", 25, List.of("-Xint"), Chains.class, "only=Virtual"));

    static Stream<Arguments> rows() {
        return ROWS.stream()
                .flatMap(row ->
                        Stream.of(17, 25).filter(jdk -> jdk >= row.from()).map(jdk -> Arguments.of(row, jdk)));
    }

    @ParameterizedTest(name = "{0}, JDK {1}")
    @MethodSource("rows")
    void stacksAreWhole(Row row, int major) {
        MustRun.recording();
        Jdk jdk = MustRun.jdk(major);
        List<String> arguments = new ArrayList<>(List.of(row.arguments()));
        if (row.name().equals("JNI")) {
            arguments.add("native=" + NativeLibrary.compile(jdk, "-fomit-frame-pointer"));
        }
        Path jfr = directory.resolve("whole.jfr");
        try (TargetProcess target =
                TargetProcess.start(jdk, row.flags(), row.main(), arguments.toArray(String[]::new))) {
            String summary = JavelinCommand.recordCpu(target.pid(), Lengths.seconds(4, 20), 999, jfr)
                    .err();
            check(row.name(), jdk, summary, Completeness.of(Recording.read(jfr)), OTHERS);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void javacFromAColdStart(int major) throws Exception {
        MustRun.recording();
        Jdk jdk = MustRun.jdk(major);
        Path jfr = directory.resolve("javac.jfr");
        String sources = Repository.peer("javac-tree.jar").toString();
        String output = Files.createDirectory(directory.resolve("classes")).toString();
        try (TargetProcess target = TargetProcess.start(jdk, List.of(), JavacTarget.class, sources, "1", output);
                Child recorder = JavelinCommand.start(
                        "record", "-d", "10s", "-F", "999", "-f", jfr.toString(), Long.toString(target.pid()))) {
            recorder.awaitErr("recording", Duration.ofSeconds(20));
            target.send("go");
            String summary = recorder.await(Duration.ofSeconds(60)).ok().err();
            Completeness completeness = Completeness.of(Recording.read(jfr));
            check("javac, cold", jdk, summary, completeness, OTHERS);
            assertThat(completeness.unresolvedShare())
                    .as(completeness.toString())
                    .isLessThanOrEqualTo(0.001);
        }
    }

    private static void check(String name, Jdk jdk, String summary, Completeness completeness, double others) {
        System.out.printf("whole, %-32s %s %s%n    %s%n", name, jdk, completeness, summary.replace("\n", "\n    "));
        assertThat(completeness.javaThreads()).as("samples of Java threads").isGreaterThan(300);
        assertThat(completeness.javaShare()).as(completeness.toString()).isLessThanOrEqualTo(JAVA);
        assertThat(completeness.otherShare()).as(completeness.toString()).isLessThanOrEqualTo(others);
    }
}
