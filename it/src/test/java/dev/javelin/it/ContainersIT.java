package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.KnownCalls;
import dev.javelin.it.targets.KnownMethods;
import dev.javelin.it.targets.KnownRequests;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Java methods of JVMs in containers are probed from the host, and whatever lies in their file systems leads nowhere on the host. */
class ContainersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String COUNTED = "java:" + KnownMethods.class.getName() + ".counted";
    private static final Pattern COUNT = Pattern.compile("\"count\":\\s*(\\d+)");
    private static final Pattern CALLS = Pattern.compile("\"calls\": ?(\\d+)");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"ROOT, 17", "ROOT_OF_OTHER_USER, 25", "PROCESSES, 25", "TMP, 17", "USERS, 17", "USERS, 25"})
    void everyCallIsCounted(Container.Kind kind, int major) throws Exception {
        MustRun.recording();
        try (Container container = Container.start(kind, major, KnownMethods.class)) {
            int uid = (int) Files.getAttribute(Path.of("/proc/" + container.pid()), "unix:uid");
            assertThat(uid)
                    .isEqualTo(
                            switch (kind) {
                                case ROOT_OF_OTHER_USER -> Container.USER;
                                case USERS -> Container.SHIFTED;
                                default -> 0;
                            });
            assertThat(container.pidInside() == container.pid()).isEqualTo(kind != Container.Kind.PROCESSES);
            assertThat(counted(container, uid)).isEqualTo(KnownMethods.CALLS);
            assertThat(left(container)).isEmpty();
        }
    }

    /** The files are the container's, its threads have other numbers there, and the recording is the host's. */
    @ParameterizedTest
    @CsvSource({
        "ROOT, 17, uprobe:libc:sched_yield, 100003, KnownCalls.calls;java/lang/Thread.yield",
        "PROCESSES, 25, uprobe:libc:sched_yield, 100003, KnownCalls.calls;java/lang/Thread.yield",
        "USERS, 17, uprobe:libc:sched_yield, 100003, KnownCalls.calls;java/lang/Thread.yield",
        "PROCESSES, 17, usdt:libjvm:hotspot:thread__start, 4, ''",
        "ROOT, 25, usdt:libjvm:hotspot:thread__start, 4, ''",
    })
    void everyHitInAContainerIsCounted(Container.Kind kind, int major, String probe, long hits, String frame)
            throws Exception {
        MustRun.recording();
        Path collapsed = directory.resolve("hits.collapsed");
        try (Container container = Container.start(kind, ProbesIT.STEADY, major, KnownCalls.class);
                Child recorder = JavelinCommand.start(
                        "record", "-e", probe, "-f", collapsed.toString(), Long.toString(container.pid()))) {
            Links.await(recorder, Watch.OWN_LINKS + 1);
            work(container.target());
            recorder.signal("INT");
            recorder.await(PATIENCE).ok();
        }
        List<String> lines = Files.readAllLines(collapsed);
        // the JVM's own threads may yield as well
        assertThat(ProbesIT.sum(lines)).isGreaterThanOrEqualTo(hits);
        assertThat(ProbesIT.sum(ProbesIT.having(lines, frame))).isBetween(ProbesIT.leastWhole(hits), hits);
    }

    /** What {@code javelin latency} counts while the target works. */
    private long counted(Container container, int uid) throws IOException {
        Path json = directory.resolve("counted.json");
        try (Child recorder = latency(container, "-f", json.toString())) {
            recorder.awaitErr("measuring", PATIENCE);
            List<Path> made = left(container);
            assertThat(made)
                    .hasSize(1)
                    .allMatch(path -> path.getFileName()
                            .toString()
                            .matches("\\.javelin-" + container.pidInside() + "-[0-9a-f]{32}(-[-0-9a-f]{36})?"));
            assertThat(Files.readAttributes(made.get(0), "unix:uid,mode"))
                    .containsEntry("uid", uid)
                    .containsEntry("mode", 0040700);
            work(container.target());
            recorder.signal("INT");
            recorder.await(PATIENCE).ok();
        }
        Matcher count = COUNT.matcher(Files.readString(json));
        assertThat(count.find()).isTrue();
        return Long.parseLong(count.group(1));
    }

    private static Child latency(Container container, String... options) {
        List<String> line = Stream.of(
                        Stream.of("latency"), Stream.of(options), Stream.of(COUNTED, Long.toString(container.pid())))
                .flatMap(part -> part)
                .toList();
        return JavelinCommand.start(line.toArray(String[]::new));
    }

    private static void work(TargetProcess target) {
        target.send("go");
        target.awaitOut(0, "DONE", PATIENCE);
    }

    /** What is in the container's {@code /tmp}, but for HotSpot's own socket. */
    private static List<Path> left(Container container) throws IOException {
        try (Stream<Path> files = Files.list(container.tmp())) {
            return files.filter(file -> !file.getFileName().toString().equals(".java_pid" + container.pidInside()))
                    .toList();
        }
    }

    @Test
    void everyCallIsTold() throws Exception {
        MustRun.recording();
        String thrown = "java:" + KnownMethods.class.getName() + ".thrown";
        try (Container container = Container.start(Container.Kind.ROOT_OF_OTHER_USER, 17, KnownMethods.class);
                Child tracer = JavelinCommand.start("trace", "--stack", thrown, Long.toString(container.pid()))) {
            Links.await(tracer, Watch.OWN_LINKS + 1);
            work(container.target());
            tracer.signal("INT");
            tracer.await(PATIENCE).ok();
            List<String> lines = tracer.outLines();
            assertThat(lines.stream().filter(line -> line.endsWith(thrown))).hasSize(KnownMethods.THROWN);
            assertThat(lines.stream().filter(line -> line.startsWith("    ") && line.contains("KnownMethods.thrown")))
                    .hasSize(KnownMethods.THROWN);
            assertThat(left(container)).isEmpty();
        }
    }

    @Test
    void callsAreExplained() throws Exception {
        MustRun.recording();
        Path json = directory.resolve("explained.json");
        try (Container container = Container.start(Container.Kind.PROCESSES, 25, KnownRequests.class, "100");
                Child recorder = JavelinCommand.start(
                        "explain",
                        "--slower-than",
                        "10ms",
                        "-f",
                        json.toString(),
                        KnownRequests.class.getName() + ".request",
                        Long.toString(container.pid()))) {
            Watch.all(container.target(), recorder, Watch.explainLinks(25));
            var account = container.target().account();
            Matcher calls = CALLS.matcher(Files.readString(json));
            assertThat(calls.find()).isTrue();
            assertThat(Long.parseLong(calls.group(1))).isEqualTo(account.get("calls"));
            assertThat(calls.find()).isTrue();
            // one that takes just as long may be slow by one account only
            assertThat(Long.parseLong(calls.group(1))).isCloseTo(account.get("slow.calls"), within(2L));
            assertThat(Files.readString(json)).contains("held by holder");
            assertThat(left(container)).isEmpty();
        }
    }

    @Test
    void nothingIsLeftOfAContainerThatIsKilled() throws Exception {
        MustRun.recording();
        try (Container container = Container.start(Container.Kind.PROCESSES, 17, KnownMethods.class);
                Child recorder = latency(container)) {
            recorder.awaitErr("measuring", PATIENCE);
            assertThat(left(container)).hasSize(1);
            Child.run("kill", "-KILL", Long.toString(container.pid())).ok();
            recorder.await(PATIENCE).ok();
            assertThat(left(container)).isEmpty();
        }
    }

    @Test
    void anotherUsersJarIsNotUsed() throws Exception {
        MustRun.recording();
        try (Container container = Container.start(Container.Kind.ROOT_OF_OTHER_USER, 17, KnownMethods.class)) {
            Path name;
            try (Child recorder = latency(container)) {
                recorder.awaitErr("measuring", PATIENCE);
                name = left(container).get(0);
                recorder.signal("INT");
                recorder.await(PATIENCE).ok();
            }
            assertThat(name).doesNotExist();
            Files.createDirectory(name);
            Path jar = Files.writeString(name.resolve("methods.jar"), "another user's");
            Child.run("chown", "-R", "1:1", name.toString()).ok();
            Child.run("chmod", "-R", "a+rX", name.toString()).ok();
            Path json = directory.resolve("again.json");
            try (Child recorder = latency(container, "-f", json.toString())) {
                recorder.awaitErr("measuring", PATIENCE);
                assertThat(left(container)).hasSize(2);
                work(container.target());
                recorder.signal("INT");
                recorder.await(PATIENCE).ok();
            }
            assertThat(Files.readString(json)).containsPattern("\"count\":\\s*" + KnownMethods.CALLS);
            assertThat(left(container)).containsExactly(name);
            assertThat(jar).hasContent("another user's");
            assertThat(container.target().err()).doesNotContain("javelin");
        }
    }

    /** Absolute as seen from the host, or upwards: the container's root is where they end. */
    @ParameterizedTest
    @ValueSource(strings = {"VICTIM", "../../../..VICTIM"})
    void aTmpThatIsALinkToTheHostsIsNotWritten(String link) throws Exception {
        MustRun.recording();
        Path victim = Files.createTempDirectory(Path.of("/var/tmp"), "javelin-it-victim");
        try (Container container = Container.start(
                Container.Kind.ROOT, link.replace("VICTIM", victim.toString()), 17, KnownMethods.class)) {
            assertRefused(container, "no directory /tmp");
            assertThat(victim).isEmptyDirectory();
        } finally {
            Child.run("rm", "-r", victim.toString()).ok();
        }
    }

    @Test
    void aTmpThatIsALinkInTheContainerIsFollowed() throws Exception {
        MustRun.recording();
        try (Container container = Container.start(Container.Kind.ROOT, "/mnt/tmp", 25, KnownMethods.class)) {
            assertThat(counted(container, 0)).isEqualTo(KnownMethods.CALLS);
            assertThat(left(container)).isEmpty();
        }
    }

    /** Whoever answers there would be told what the agent is, and might be anybody. */
    @Test
    void whatIsNotTheJvmsSocketIsNotTalkedTo() throws Exception {
        MustRun.recording();
        try (Container container = Container.start(Container.Kind.PROCESSES, 17, KnownMethods.class);
                ServerSocketChannel host = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                ServerSocketChannel inside = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path socket = directory.resolve("socket");
            Path planted = container.tmp().resolve(".java_pid" + container.pidInside());
            host.bind(UnixDomainSocketAddress.of(socket)).configureBlocking(false);
            Files.createSymbolicLink(planted, socket);
            assertRefused(container, "is not its JVM's socket");
            assertThat(host.accept()).isNull();
            Files.delete(planted);

            Path file = Files.writeString(directory.resolve("file"), "the host's");
            Files.createSymbolicLink(planted, file);
            assertRefused(container, "is not its JVM's socket");
            assertThat(file).hasContent("the host's");
            Files.delete(planted);

            inside.bind(UnixDomainSocketAddress.of(planted)).configureBlocking(false);
            Child.run("chown", "1:1", planted.toString()).ok();
            assertRefused(container, "is not its JVM's socket");
            assertThat(inside.accept()).isNull();
            Files.delete(planted);

            assertThat(counted(container, 0)).isEqualTo(KnownMethods.CALLS);
        }
    }

    @Test
    void aTmpWhereOthersCanReplaceFilesIsRefused() throws Exception {
        MustRun.recording();
        try (Container container = Container.start(Container.Kind.TMP, 17, KnownMethods.class)) {
            Child.run("chmod", "0777", container.tmp().toString()).ok();
            assertRefused(container, "chmod +t /proc/" + container.pid() + "/root/tmp");
            Child.run("chmod", "1777", container.tmp().toString()).ok();
            assertThat(counted(container, 0)).isEqualTo(KnownMethods.CALLS);
        }
    }

    private static void assertRefused(Container container, String said) throws IOException {
        Child.Result result = JavelinCommand.run("latency", COUNTED, Long.toString(container.pid()));
        assertThat(result.exit()).as(result.err()).isEqualTo(1);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).startsWith("javelin: ").contains(said);
        assertThat(container.target().out()).doesNotContain("Full thread dump");
        assertThat(left(container)).isEmpty();
    }
}
