package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.targets.Console;
import dev.javelin.it.targets.FirstLine;
import dev.javelin.it.targets.KnownMethods;
import dev.javelin.it.targets.KnownRequests;
import dev.javelin.it.targets.VirtualThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Applications record themselves, and Java methods are probed, on JDKs that this machine has not: it/jdks/run makes a tree of them, and each is run in it as in a container. */
class OtherJdksIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TARGET = KnownMethods.class.getName();
    private static final String COUNTED = MethodProbesIT.method("counted");

    @TempDir
    static Path classes;

    private static Path tree;

    @TempDir
    Path directory;

    @BeforeAll
    static void compileForTheOldest() throws IOException {
        MustRun.recording();
        String named = System.getenv("JAVELIN_JDKS");
        MustRun.require(named != null, "no tree of other JDKs: use it/jdks/run");
        tree = Path.of(named);
        compile(17, KnownRequests.class);
        compile(8, KnownMethods.class, Console.class, VirtualThreads.class, FirstLine.class);
        Files.copy(Repository.jar(), classes.resolve("javelin.jar"));
    }

    private static void compile(int release, Class<?>... types) {
        Path sources = Repository.root().resolve("it/src/main/java");
        Stream<String> files = Stream.of(types)
                .map(type -> sources.resolve(type.getName().replace('.', '/') + ".java")
                        .toString());
        List<String> compiler = List.of(
                MustRun.jdk(17).tool("javac").toString(),
                "--release",
                Integer.toString(release),
                "-sourcepath",
                sources.toString(),
                "-d",
                classes.toString());
        Child.run(Stream.concat(compiler.stream(), files).toArray(String[]::new))
                .ok();
    }

    private static Container start(int major, List<String> flags) throws IOException {
        return Container.start(tree, java(major), classes, flags, KnownMethods.class);
    }

    private static Path java(int major) {
        Path home = Path.of("/usr/lib/jvm/java-" + major + "-openjdk-amd64");
        return home.resolve(major == 8 ? "jre/bin/java" : "bin/java");
    }

    /** The collector runs on the application's own Java, or the newest that is found where that is too old. */
    @ParameterizedTest
    @ValueSource(ints = {8, 11, 21, 26, 27})
    void theAgentRecordsFromTheFirstLineToTheExit(int major) throws Exception {
        String agent = "-javaagent:/mnt/javelin.jar=start,frequency=999,file=/tmp/report.collapsed";
        List<String> command = List.of(
                java(major).toString(), "-XX:-UsePerfData", agent, "-cp", "/mnt", FirstLine.class.getName(), "exit");
        Child.Result result = Child.run(PATIENCE, Container.inTree(tree, directory, classes, command));
        assertThat(result.exit()).as(result.err()).isEqualTo(3);
        assertThat(result.out().strip()).isEqualTo("WORKED");
        assertThat(result.err().lines())
                .as(result.err())
                .singleElement()
                .asString()
                .startsWith("javelin: /tmp/report.collapsed: ")
                .contains("samples in");
        List<String> stacks = Files.readAllLines(directory.resolve("report.collapsed"));
        // the oldest libjvm does not tell which code is a method's
        String leaf = major == 8
                ? "(nmethod|dev/javelin/it/targets/FirstLine.firstLine)"
                : "dev/javelin/it/targets/FirstLine.firstLine";
        Pattern firstLine = Pattern.compile("FirstLine\\.main;" + leaf + "[; ]");
        assertThat(ProbesIT.sum(stacks.stream().filter(firstLine.asPredicate()).toList()))
                .as(result.err())
                .isGreaterThan(200);
        assertThat(stacks).noneMatch(line -> line.contains("[incomplete"));
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 11, 21, 26, 27})
    void everyCallIsCounted(int major) throws Exception {
        try (Container container = start(major, List.of())) {
            MethodProbesIT.assertCounts(
                    MethodProbesIT.measured(container.target(), MethodProbesIT.allProbes(), directory), major);
            Watch.until(() -> left(container).isEmpty());
            assertThat(container.target().ask("names")).doesNotContain("javelin");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 11, 21})
    void theCodeIsRestored(int major) throws Exception {
        Debugger debugger = new Debugger();
        try (Container container = start(major, Debugger.OPTIONS)) {
            List<String> before = debugger.code(container.target(), TARGET, "counted");
            try (Child recorder = Watch.start(container.target(), List.of("latency", COUNTED))) {
                recorder.awaitErr("measuring", PATIENCE);
                assertThat(debugger.code(container.target(), TARGET, "counted")).isNotEqualTo(before);
                recorder.signal("KILL");
                recorder.await(PATIENCE);
            }
            Watch.until(() -> left(container).isEmpty());
            assertThat(debugger.code(container.target(), TARGET, "counted")).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 11, 21})
    void everyCallIsToldWithItsStack(int major) throws Exception {
        String thrown = MethodProbesIT.method("thrown");
        try (Container container = start(major, List.of());
                Child tracer = Watch.start(container.target(), List.of("trace", "--stack", thrown))) {
            Watch.all(container.target(), tracer, Watch.OWN_LINKS + 1);
            List<String> lines = tracer.outLines();
            assertThat(lines.stream().filter(line -> line.endsWith(thrown))).hasSize(KnownMethods.THROWN);
            if (major > 8) { // whose libjvm does not tell which code is a method's
                assertThat(lines.stream()
                                .filter(line -> line.startsWith("    ") && line.contains("KnownMethods.thrown")))
                        .hasSize(KnownMethods.THROWN);
            }
        }
    }

    /** Some wait with their carrier, others without one. */
    @ParameterizedTest
    @ValueSource(ints = {21, 26, 27})
    void partsOfVirtualThreadsAreTheTargetsOwn(int major) throws Exception {
        List<String> flags = List.of("-XX:+UseG1GC", "-Duser.dir=/tmp");
        try (Container container =
                Container.start(tree, java(major), classes, flags, KnownRequests.class, "1000", "virtual")) {
            ExplainIT.assertVirtual(
                    ExplainIT.explain(container.target(), major, List.of("--slower-than", "10ms"), directory));
        }
    }

    @Test
    void whatTheOldestCannotTellIsRefusedBeforeAnythingIsLoaded() throws Exception {
        try (Container container = start(8, List.of())) {
            Child.Result result = JavelinCommand.run("explain", COUNTED, Long.toString(container.pid()));
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err().lines()).hasSize(1);
            assertThat(result.err()).contains("Java 8", "javelin latency");
            assertThat(left(container)).isEmpty();
        }
    }

    /** What is in the container's {@code /tmp}, but for HotSpot's own files. */
    private static List<Path> left(Container container) throws IOException {
        try (Stream<Path> files = Files.list(container.tmp())) {
            return files.filter(file -> file.getFileName().toString().startsWith(".javelin-"))
                    .toList();
        }
    }
}
