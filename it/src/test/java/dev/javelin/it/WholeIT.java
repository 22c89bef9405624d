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
    private record Row(String name, int from, List<String> flags, Class<?> main, List<String> arguments) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Row> ROWS = List.of(
            row("mixed application", MixedApp.class),
            row("interpreter only", MixedApp.class, "-Xint"),
            row("C1 only", MixedApp.class, "-XX:TieredStopAtLevel=1"),
            row("Serial", Allocator.class, "-XX:+UseSerialGC", "-Xmx256m"),
            row("Parallel", Allocator.class, "-XX:+UseParallelGC", "-Xmx256m"),
            row("G1", Allocator.class, "-XX:+UseG1GC", "-Xmx256m"),
            row("Z", Allocator.class, "-XX:+UseZGC", "-Xmx512m"),
            row("Z, mixed application", MixedApp.class, "-XX:+UseZGC"),
            chains("exceptions", 17, "Exception"),
            chains("reflection and method handles", 17, "Reflect,Handle,Lambda"),
            chains("JNI", 17, "Native"),
            chains("class loading and deoptimisation", 17, "Clinit,Deopt,Finalize"),
            chains("virtual threads", 25, "Virtual"),
            chains("virtual threads, Z", 25, "Virtual", "-XX:+UseZGC"),
            chains("virtual threads, interpreter only", 25, "Virtual", "-Xint"));

    private static Row row(String name, Class<?> main, String... flags) {
        return new Row(name, 17, List.of(flags), main, List.of());
    }

    private static Row chains(String name, int from, String chains, String... flags) {
        return new Row(name, from, List.of(flags), Chains.class, List.of("only=" + chains));
    }

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
        List<String> arguments = new ArrayList<>(row.arguments());
        if (row.name().equals("JNI")) {
            arguments.add("native=" + NativeLibrary.compile(jdk, "-fomit-frame-pointer"));
        }
        Path jfr = directory.resolve("whole.jfr");
        try (TargetProcess target =
                TargetProcess.start(jdk, row.flags(), row.main(), arguments.toArray(String[]::new))) {
            String summary = JavelinCommand.recordCpu(target.pid(), Lengths.seconds(4, 20), 999, jfr)
                    .err();
            check(row.name(), jdk, summary, jfr);
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
        try (TargetProcess target = TargetProcess.start(jdk, List.of(), JavacTarget.class, sources, "1", output)) {
            Completeness completeness = check("javac, cold", jdk, recordThenGo(target, jfr, 10), jfr);
            assertThat(completeness.unresolvedShare())
                    .as(completeness.toString())
                    .isLessThanOrEqualTo(0.001);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void twoHundredBusyThreads(int major) {
        MustRun.recording();
        Jdk jdk = MustRun.jdk(major);
        Path jfr = directory.resolve("busy.jfr");
        try (TargetProcess target = TargetProcess.start(jdk, List.of(), BusyThreads.class, "200")) {
            String summary = recordThenGo(target, jfr, 6);
            check("200 threads", jdk, summary, jfr);
            assertThat(summary).contains("lost 0");
        }
    }

    private static String recordThenGo(TargetProcess target, Path jfr, int seconds) {
        try (Child recorder = JavelinCommand.start(
                "record", "-d", seconds + "s", "-F", "999", "-f", jfr.toString(), Long.toString(target.pid()))) {
            recorder.awaitErr("recording", Duration.ofSeconds(20));
            target.send("go");
            return recorder.await(Duration.ofSeconds(90)).ok().err();
        }
    }

    private static Completeness check(String name, Jdk jdk, String summary, Path jfr) {
        Completeness completeness = Completeness.of(Recording.read(jfr));
        System.out.printf("whole, %-32s %s %s%n    %s%n", name, jdk, completeness, summary.replace("\n", "\n    "));
        assertThat(completeness.javaThreads()).as("samples of Java threads").isGreaterThan(300);
        assertThat(completeness.javaShare())
                .as(completeness.toString())
                .isLessThanOrEqualTo(Lengths.share(JAVA, completeness.javaThreads()));
        assertThat(completeness.otherShare())
                .as(completeness.toString())
                .isLessThanOrEqualTo(Lengths.share(OTHERS, completeness.otherThreads()));
        return completeness;
    }
}
