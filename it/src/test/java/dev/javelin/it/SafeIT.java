package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.NativeLibrary;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.Sample;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.ExecTarget;
import dev.javelin.it.targets.MixedApp;
import dev.javelin.it.targets.Shares;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to the target or to the recorder: the target is not harmed, and what was recorded is reported. */
class SafeIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int ENOUGH = 200;

    @TempDir
    Path directory;

    private Path jfr() {
        return directory.resolve("safe.jfr");
    }

    private Child record(long pid, String seconds) {
        Child recorder =
                JavelinCommand.start("record", "-d", seconds, "-F", "999", "-f", jfr().toString(), Long.toString(pid));
        recorder.awaitErr("recording", SOON);
        return recorder;
    }

    private static TargetProcess shares(int major) {
        MustRun.recording();
        return TargetProcess.start(MustRun.jdk(major), List.of(), Shares.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aTargetThatExitsLeavesAReport(int major) throws Exception {
        try (TargetProcess target = shares(major);
                Child recorder = record(target.pid(), "60s")) {
            Sampling.await(recorder.pid());
            Thread.sleep(2500);
            target.send("stop");
            assertReport(recorder.await(SOON));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aTargetThatIsKilledLeavesAReport(int major) throws Exception {
        try (TargetProcess target = shares(major);
                Child recorder = record(target.pid(), "60s")) {
            Sampling.await(recorder.pid());
            Thread.sleep(2500);
            target.signal("KILL");
            assertReport(recorder.await(SOON));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aTargetThatExecsLeavesAReport(int major) throws Exception {
        MustRun.recording();
        Jdk jdk = MustRun.jdk(major);
        String library = NativeLibrary.compile(jdk, "-fomit-frame-pointer").toString();
        try (TargetProcess target = TargetProcess.start(jdk, List.of(), ExecTarget.class, library);
                Child recorder = record(target.pid(), "6s")) {
            Sampling.await(recorder.pid());
            Thread.sleep(2500);
            target.send("go");
            assertReport(recorder.await(SOON));
            assertThat(target.isAlive()).as("what the target became").isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aSignalWritesTheReport(String signal) throws Exception {
        try (TargetProcess target = shares(17);
                Child recorder = record(target.pid(), "60s")) {
            Sampling.await(recorder.pid());
            Thread.sleep(2500);
            recorder.signal(signal);
            Child.Result result = recorder.await(SOON);
            assertThat(result.err()).contains("samples in");
            assertThat(Recording.read(jfr()).samples()).hasSizeGreaterThan(ENOUGH);
            assertThat(target.isAlive()).isTrue();
        }
    }

    @Test
    void killingTheRecorderLeavesNoProgramBehind() throws Exception {
        try (TargetProcess target = shares(17);
                Child recorder = record(target.pid(), "60s")) {
            String bpftool = MustRun.command("bpftool");
            List<String> programs = Sampling.await(recorder.pid());
            assertThat(programs).as("programs of the recorder").isNotEmpty().allMatch(id -> isLoaded(bpftool, id));
            recorder.signal("KILL");
            recorder.await(SOON);
            for (int i = 0; i < 100 && programs.stream().anyMatch(id -> isLoaded(bpftool, id)); i++) {
                Thread.sleep(100); // the kernel frees them in its own time
            }
            assertThat(programs).noneMatch(id -> isLoaded(bpftool, id));
            Map<String, Long> before = target.account();
            Thread.sleep(500);
            assertThat(TargetProcess.since(before, target.account()).get("c2Loop"))
                    .isPositive();
        }
    }

    /** However late the recorder hears of the end of its target. */
    @Test
    void aProcessThatGetsTheNumberOfATargetIsNotRecorded() throws Exception {
        for (int attempt = 0; attempt < 10; attempt++) {
            try (TargetProcess target = shares(17);
                    Child recorder = record(target.pid(), "60s")) {
                Sampling.await(recorder.pid());
                Thread.sleep(500);
                recorder.signal("STOP");
                target.signal("KILL");
                target.await(SOON);
                String script = "echo " + (target.pid() - 1)
                        + " > /proc/sys/kernel/ns_last_pid; (while :; do :; done) </dev/null >&- & echo $!; wait";
                try (Child other = new Child(List.of("sh", "-c", script))) {
                    String number = other.awaitOut(0, "", SOON);
                    Thread.sleep(1000);
                    Child.run("kill", "-KILL", number);
                    recorder.signal("CONT");
                    recorder.await(SOON).ok();
                    if (number.equals(Long.toString(target.pid()))) {
                        List<Sample> samples = Recording.read(jfr()).samples();
                        assertThat(samples).isNotEmpty();
                        assertThat(samples).extracting(Sample::thread).doesNotContain("sh");
                        return;
                    }
                }
            }
        }
        MustRun.require(false, "no process gets the number of one that has ended: the machine starts too many");
    }

    @Test
    void aFullDiskIsSaidInOneLine() throws Exception {
        String mount = MustRun.command("mount");
        Path disk = Files.createDirectory(directory.resolve("disk"));
        try (TargetProcess target = shares(17)) {
            Child.Result mounted = Child.run(mount, "-t", "tmpfs", "-o", "size=16k", "javelin-full", disk.toString());
            MustRun.require(mounted.exit() == 0, "cannot mount a small file system: " + mounted.err());
            try {
                String file = disk.resolve("full.jfr").toString();
                Child.Result result =
                        JavelinCommand.run("record", "-d", "2s", "-F", "999", "-f", file, Long.toString(target.pid()));
                assertThat(result.exit()).as(result.err()).isEqualTo(1);
                assertThat(result.err())
                        .contains("No space left")
                        .contains(file)
                        .doesNotContain("\tat ");
                try (Stream<Path> left = Files.list(disk)) {
                    assertThat(left).as("files left on the full disk").isEmpty();
                }
            } finally {
                Child.run("umount", disk.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aStoppedTargetIsRecordedFromTheMomentItRuns(int major) throws Exception {
        try (TargetProcess target = shares(major)) {
            target.signal("STOP");
            try (Child recorder = record(target.pid(), "5s")) {
                Thread.sleep(2000);
                assertThat(Child.run("ps", "-o", "state=", "-p", Long.toString(target.pid()))
                                .out())
                        .as("state of the target")
                        .startsWith("T");
                target.signal("CONT");
                assertReport(recorder.await(SOON));
            }
        }
    }

    @Test
    void aTargetThatStaysStoppedGivesAnEmptyReport() throws Exception {
        try (TargetProcess target = shares(17)) {
            target.signal("STOP");
            try (Child recorder = record(target.pid(), "1s")) {
                recorder.await(SOON).ok();
                assertThat(Recording.read(jfr()).samples()).isEmpty();
            }
        }
    }

    /** No ptrace, no signal, no attach, nothing written into the target or loaded by it. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void theTargetIsNotTouched(int major) throws Exception {
        MustRun.recording();
        String strace = MustRun.command("strace");
        Path log = directory.resolve("strace.log");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), MixedApp.class)) {
            Set<String> mapped = mappedFiles(target.pid());
            List<String> command = Stream.concat(
                            Stream.of(
                                    strace,
                                    "-f",
                                    "-qq",
                                    "-e",
                                    "trace=ptrace,kill,tkill,tgkill,rt_sigqueueinfo,rt_tgsigqueueinfo,pidfd_send_signal,"
                                            + "process_vm_writev,connect,open,openat,openat2",
                                    "-o",
                                    log.toString()),
                            JavelinCommand.line(List.of(
                                            "record",
                                            "-d",
                                            "2s",
                                            "-F",
                                            "99",
                                            "-f",
                                            jfr().toString(),
                                            Long.toString(target.pid())))
                                    .stream())
                    .toList();
            Child.run(Duration.ofSeconds(90), command).ok();
            assertThat(Recording.read(jfr()).samples()).isNotEmpty();
            assertUntouched(Files.readString(log), target.pid());
            assertThat(mappedFiles(target.pid()))
                    .as("files mapped by the target")
                    .isSubsetOf(mapped);
        }
    }

    private static void assertUntouched(String log, long pid) throws IOException {
        assertThat(log).contains("openat(").doesNotContain("ptrace(", "process_vm_writev(", ".java_pid", ".attach_pid");
        Set<String> threads;
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            threads = tasks.map(task -> task.getFileName().toString()).collect(Collectors.toSet());
        }
        threads.add(Long.toString(pid));
        Matcher signal = Pattern.compile("\\b(?:kill|tkill|tgkill|rt_\\w*sigqueueinfo)\\((-?\\d+)(?:, (\\d+))?")
                .matcher(log);
        while (signal.find()) {
            assertThat(threads).as(signal.group()).doesNotContain(signal.group(1), signal.group(2));
        }
        Matcher memory = Pattern.compile("open(?:at2?)?\\([^\n]*/mem\"[^\n]*").matcher(log);
        while (memory.find()) {
            assertThat(memory.group()).contains("O_RDONLY").doesNotContain("O_RDWR", "O_WRONLY");
        }
    }

    private void assertReport(Child.Result result) {
        assertThat(result.exit()).as(result.err()).isZero();
        Recording recording = Recording.read(jfr());
        assertThat(recording.samples()).as(result.err()).hasSizeGreaterThan(ENOUGH);
        assertThat(recording.where(sample -> sample.has("dev.javelin.it.targets.")))
                .hasSizeGreaterThan(ENOUGH / 2);
    }

    private static Set<String> mappedFiles(long pid) throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/" + pid + "/maps"))) {
            return maps.filter(line -> line.contains(" /") && line.contains(" r-xp "))
                    .map(line -> line.substring(line.indexOf(" /") + 1))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static boolean isLoaded(String bpftool, String id) {
        return Child.run(bpftool, "prog", "show", "id", id).exit() == 0;
    }
}
