package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.FirstLine;
import dev.javelin.it.targets.KnownMethods;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever root's agent, daemon and commands make in {@code /tmp} is for root alone, has a name that nobody can foresee, and is gone at the end. All run with
 * a {@code /tmp} of their own, in which nobody else makes anything.
 */
class TemporaryFilesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int GONE = -1;
    private static final int OTHERS = 0077;
    /** What HotSpot's attach protocol prescribes; a JVM makes its socket first, and then takes it from others. */
    private static final String ATTACH = "\\.attach_pid#";

    private static final String SOCKET = "\\.java_pid#(\\.tmp)?";

    /** Process numbers go up to 4194304. */
    private static final String PROCESS = "(?<![0-9a-f-])\\d{1,7}(?![0-9a-f])";

    /** Where temporary files are, the jar and classes; then what to run. A user's runtime directory is not used in place of the first. */
    private static final String SCRIPT = """
            set -e
            mount --bind "$2" /mnt
            mount --bind "$1" /tmp
            if [ -d /run/user ]; then mount -t tmpfs none /run/user; fi
            shift 2
            exec "$@"
            """;

    @TempDir
    Path directory;

    private Path tmp;
    private Path files;

    @BeforeAll
    static void recording() {
        MustRun.recording();
    }

    @Test
    void nothingThereIsOthersOrForeseenOrLeft() throws Exception {
        files = Files.createDirectory(directory.resolve("files"));
        Files.copy(Repository.jar(), files.resolve("javelin.jar"));
        Child.run("cp", "-r", Repository.classes().resolve("dev").toString(), files.toString())
                .ok();
        Map<String, Integer> first = run("first");
        Map<String, Integer> second = run("second");
        Set<String> same = new TreeSet<>(names(first));
        same.retainAll(names(second));
        assertThat(same).as("foreseen").allMatch(name -> name.matches(ATTACH + "|" + SOCKET));
    }

    private static Set<String> names(Map<String, Integer> made) {
        Set<String> names = new TreeSet<>();
        made.keySet().forEach(name -> names.add(name.replaceAll(PROCESS, "#").replaceAll("pid\\d+", "pid#")));
        return names;
    }

    /** The modes of all that was made, by their names. */
    private Map<String, Integer> run(String name) throws Exception {
        tmp = Files.createDirectory(directory.resolve(name));
        Files.setAttribute(tmp, "unix:mode", 01777);
        try (Watched watched = new Watched(tmp)) {
            work();
            // ATTACH is gone in some milliseconds
            for (String kind : List.of("javelin-[0-9a-f]{8}-.*", "javelin-daemon-.*", "\\.javelin-\\d+-[0-9a-f]{32}")) {
                assertThat(watched.made).as("seen in time").anySatisfy((file, mode) -> {
                    assertThat(file).matches(kind);
                    assertThat(mode).isNotEqualTo(GONE);
                });
            }
            Map<String, Integer> others = new TreeMap<>(watched.made);
            others.entrySet()
                    .removeIf(file -> file.getKey().startsWith(".java_pid")
                            || file.getValue() == GONE
                            || (file.getValue() & OTHERS) == 0);
            System.out.println(watched.made);
            assertThat(others).as("open to others").isEmpty();
            try (Stream<Path> left = Files.list(tmp)) {
                assertThat(left).as("left").isEmpty();
            }
            return watched.made;
        }
    }

    private void work() {
        try (Child daemon = new Child(javelin("daemon", "--socket", "/mnt/daemon.sock"))) {
            daemon.awaitErr("listening on", PATIENCE);
            for (String more : List.of("frequency=99", "frequency=99,daemon=/mnt/daemon.sock", "mode=user")) {
                String agent = "-javaagent:/mnt/javelin.jar=start,file=/mnt/%p.html," + more;
                Child.Result result =
                        Child.run(PATIENCE, java(agent, "-cp", "/mnt", FirstLine.class.getName(), "exit"));
                assertThat(result.err()).contains("samples in");
            }
            try (TargetProcess target = TargetProcess.launched(java("-cp", "/mnt", KnownMethods.class.getName()))
                    .ready()) {
                String pid = Long.toString(target.pid());
                String method = MethodProbesIT.method("counted");
                for (List<String> command : List.of(
                        List.of("latency", "-d", "1s", method, pid),
                        List.of("explain", "-d", "1s", method, pid),
                        List.of("trace", "-d", "1s", method, pid),
                        List.of("record", "-d", "1s", pid),
                        List.of("record", "--mode", "user", "-d", "1s", pid),
                        List.of("record", "--daemon", "/mnt/daemon.sock", "-d", "1s", pid))) {
                    Child.run(PATIENCE, javelin(command.toArray(String[]::new))).ok();
                }
                target.send("stop");
                target.await(PATIENCE);
            }
            daemon.signal("TERM");
            daemon.await(PATIENCE).ok();
        }
    }

    private List<String> javelin(String... arguments) {
        return java(Stream.concat(Stream.of("-jar", "/mnt/javelin.jar"), Stream.of(arguments))
                .toArray(String[]::new));
    }

    private List<String> java(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(MustRun.command("unshare"), "--mount", "sh", "-c", SCRIPT, "sh"));
        command.addAll(List.of(tmp.toString(), files.toString()));
        command.addAll(List.of(MustRun.jdk(17).java().toString(), "-XX:-UsePerfData"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Looks at what is made in a directory as soon as it is. */
    private static final class Watched implements AutoCloseable {
        private final Map<String, Integer> made = new ConcurrentSkipListMap<>();
        private final Path directory;
        private final WatchService service;

        Watched(Path directory) throws IOException {
            this.directory = directory;
            this.service = directory.getFileSystem().newWatchService();
            directory.register(service, StandardWatchEventKinds.ENTRY_CREATE);
            Thread thread = new Thread(this::look, "watch");
            thread.setDaemon(true);
            thread.start();
        }

        private void look() {
            try {
                while (true) {
                    WatchKey key = service.take();
                    for (WatchEvent<?> event : key.pollEvents()) {
                        String name = event.context().toString();
                        made.merge(name, mode(name), (one, other) -> one == GONE ? other : one | other);
                    }
                    key.reset();
                }
            } catch (InterruptedException | ClosedWatchServiceException e) {
                // the end
            }
        }

        private int mode(String name) {
            try {
                return (int) Files.getAttribute(directory.resolve(name), "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0777;
            } catch (IOException e) {
                return GONE;
            }
        }

        @Override
        public void close() throws IOException {
            service.close();
        }
    }
}
