package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.Spinner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to the target or to the collector: what was recorded is written, and the target runs on. */
class SafeIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String RECORDING = "recording ";

    @TempDir
    Path directory;

    private Path report;

    @BeforeEach
    void needTheKernel() {
        MustRun.recording();
        report = directory.resolve("cpu.jfr");
    }

    private static TargetProcess spinner(String... arguments) {
        return TargetProcess.start(MustRun.jdk(17), List.of(), Spinner.class, arguments);
    }

    private Child record(TargetProcess target, String duration) {
        return JavelinCommand.start(
                "record", "-F", "999", "-d", duration, "-f", report.toString(), Long.toString(target.pid()));
    }

    private void assertReport(Child.Result result) {
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err()).contains(" samples in ");
        assertThat(Recording.read(report).samples())
                .as(result.err())
                .anyMatch(sample -> sample.frames().stream()
                        .anyMatch(frame -> frame.method().equals("spin")));
    }

    @Test
    void shouldReportATargetThatExits() {
        try (TargetProcess target = spinner("exit", "8");
                Child javelin = record(target, "10m")) {
            assertReport(javelin.await(SOON));
        }
    }

    @Test
    void shouldReportATargetThatIsKilled() throws IOException {
        try (TargetProcess target = spinner();
                Child javelin = record(target, "10m")) {
            awaitSampling(javelin);
            target.signal("KILL");
            assertReport(javelin.await(SOON));
        }
    }

    @Test
    void shouldReportATargetThatExecs() {
        List<String> command = new ArrayList<>(List.of(
                MustRun.jdk(17).java().toString(),
                "-cp",
                Repository.classes() + ":" + Repository.jar(),
                Spinner.class.getName(),
                "exec",
                "8"));
        try (Child target = new Child(command)) {
            target.awaitOut(0, "READY", SOON);
            Child.Result result = Child.run(
                    SOON,
                    JavelinCommand.line(
                            List.of("record", "-F", "999", "-f", report.toString(), Long.toString(target.pid()))));
            assertReport(result);
            assertThat(target.isAlive()).as("the program that it became").isTrue();
        }
    }

    @Test
    void shouldWriteTheReportOnInterrupt() throws IOException {
        assertReportOn("INT");
    }

    @Test
    void shouldWriteTheReportOnTermination() throws IOException {
        assertReportOn("TERM");
    }

    private void assertReportOn(String signal) throws IOException {
        try (TargetProcess target = spinner();
                Child javelin = record(target, "10m")) {
            awaitSampling(javelin);
            javelin.signal(signal);
            Child.Result result = javelin.await(SOON);
            assertThat(result.err()).contains(" samples in ");
            assertThat(Recording.read(report).samples()).isNotEmpty();
            assertThat(target.isAlive()).isTrue();
        }
    }

    @Test
    void shouldLeaveNothingInTheKernelWhenKilled() throws Exception {
        String bpftool = MustRun.command("bpftool");
        try (TargetProcess target = spinner();
                Child javelin = record(target, "10m")) {
            awaitSampling(javelin);
            Set<String> programs = programsOf(javelin.pid());
            assertThat(programs).isNotEmpty().allMatch(id -> isLoaded(bpftool, id));
            javelin.signal("KILL");
            javelin.await(SOON);
            for (int i = 0; i < 100 && programs.stream().anyMatch(id -> isLoaded(bpftool, id)); i++) {
                Thread.sleep(100); // the kernel frees them in its own time
            }
            assertThat(programs).noneMatch(id -> isLoaded(bpftool, id));
            assertThat(target.isAlive()).isTrue();
        }
    }

    /** The ids of the BPF programs that a process holds. */
    private static Set<String> programsOf(long pid) throws IOException {
        Set<String> ids = new TreeSet<>();
        try (var infos = Files.list(Path.of("/proc", Long.toString(pid), "fdinfo"))) {
            for (Path info : infos.toList()) {
                Files.readAllLines(info).stream()
                        .filter(line -> line.startsWith("prog_id:"))
                        .forEach(line ->
                                ids.add(line.substring("prog_id:".length()).trim()));
            }
        }
        return ids;
    }

    private static boolean isLoaded(String bpftool, String id) {
        return Child.run(bpftool, "prog", "show", "id", id).exit() == 0;
    }

    @Test
    void shouldSayThatTheDiskIsFull() throws IOException {
        MustRun.command("mount");
        Path small = Files.createDirectory(directory.resolve("small"));
        Child.run("mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", small.toString())
                .ok();
        try (TargetProcess target = spinner()) {
            Child.Result result = JavelinCommand.run(
                    "record", "-d", "1s", "-f", small.resolve("cpu.html").toString(), Long.toString(target.pid()));
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err()).contains("No space left on device").doesNotContain("\tat ");
            assertThat(small).isEmptyDirectory();
            assertThat(target.isAlive()).isTrue();
        } finally {
            Child.run("umount", small.toString()).ok();
        }
    }

    @Test
    void shouldRecordAJvmThatAnswersNothing() {
        try (TargetProcess target = spinner()) {
            target.signal("STOP");
            try (Child javelin = record(target, "5s")) {
                javelin.awaitErr(RECORDING, SOON);
                Child.run("sleep", "2").ok();
                target.signal("CONT");
                assertReport(javelin.await(SOON));
            }
        }
    }

    @Test
    void shouldNeitherTraceNorSignalNorAttach() throws IOException {
        String strace = MustRun.command("strace");
        Path calls = directory.resolve("calls");
        try (TargetProcess target = spinner()) {
            List<String> command = new ArrayList<>(List.of(
                    strace,
                    "-f",
                    "-qq",
                    "-o",
                    calls.toString(),
                    "-e",
                    "trace=ptrace,kill,tkill,tgkill,rt_sigqueueinfo,rt_tgsigqueueinfo,pidfd_send_signal,"
                            + "process_vm_writev,connect,process_madvise"));
            command.addAll(JavelinCommand.line(
                    List.of("record", "-d", "2s", "-f", report.toString(), Long.toString(target.pid()))));
            assertReport(Child.run(SOON.multipliedBy(2), command));
            String pid = Long.toString(target.pid());
            assertThat(Files.readAllLines(calls))
                    .noneMatch(line -> line.contains("ptrace(")
                            || line.contains("process_vm_writev(")
                            || line.contains("java_pid")
                            || line.matches(".*kill\\(" + pid + "\\b.*"));
            assertThat(Path.of("/proc", pid, "root/tmp/.java_pid" + pid)).doesNotExist();
            assertThat(Path.of("/proc", pid, "cwd/.attach_pid" + pid)).doesNotExist();
        }
    }

    /** Some time after the programs are attached; how long says nothing about the result. */
    private static void awaitSampling(Child javelin) throws IOException {
        javelin.awaitErr(RECORDING, SOON);
        Path fds = Path.of("/proc", Long.toString(javelin.pid()), "fd");
        for (int i = 0; i < 300; i++) {
            if (perfEvents(fds) > 0) {
                break;
            }
            Child.run("sleep", "0.1").ok();
        }
        Child.run("sleep", "2").ok();
    }

    private static long perfEvents(Path fds) throws IOException {
        try (var list = Files.list(fds)) {
            return list.filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).toString().contains("perf_event");
                        } catch (IOException closed) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
