package dev.javelin.it;

import static dev.javelin.it.DaemonHost.NOBODY;
import static dev.javelin.it.DaemonHost.PATIENCE;
import static dev.javelin.it.DaemonHost.asNobody;
import static dev.javelin.it.DaemonHost.assertRefused;
import static dev.javelin.it.DaemonHost.runWith;
import static dev.javelin.it.DaemonHost.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.targets.FirstLine;
import dev.javelin.it.targets.RawSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The daemon records their own processes for users without privilege, and each recording ends in good order. */
class DaemonIT extends WithDaemonHost {
    @Test
    void aUserRecordsTheirOwnProcess() throws IOException {
        Path report = host.nobodys().resolve("own.collapsed");
        Child.Result result = Child.run(
                PATIENCE,
                asNobody(host.javelin(
                        "record",
                        "--daemon",
                        host.socket().toString(),
                        "-e",
                        "wall",
                        "-d",
                        "2s",
                        "-a",
                        "-f",
                        report.toString(),
                        host.target())));
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err().lines()).as(result.err()).hasSize(2);
        assertThat(result.err()).contains("by the daemon at " + host.socket(), "samples and waits in");
        Matcher complete = Pattern.compile("([0-9.]+) % complete").matcher(result.err());
        assertThat(complete.find()).as(result.err()).isTrue();
        assertThat(Double.parseDouble(complete.group(1))).as(result.err()).isGreaterThanOrEqualTo(99);
        assertThat(Files.getAttribute(report, "unix:uid")).isEqualTo(NOBODY);
        List<String> stacks = Files.readAllLines(report);
        assertThat(stacks)
                .as("on the CPU")
                .anyMatch(line -> line.contains("start_thread") && line.contains("BusyThreads.down_[j]"));
        assertThat(stacks)
                .as("off the CPU, with the kernel's frames")
                .anyMatch(line -> line.contains("start_thread") && line.contains("_[k]"));
    }

    @Test
    void severalEventsAreRecordedAtOnce() throws IOException {
        Path report = host.nobodys().resolve("several.jfr");
        Child.Result result = runWith(
                host.socket(),
                asNobody(host.javelin(
                        "record",
                        "-e",
                        "cpu,offcpu",
                        "-e",
                        "syscall:futex",
                        "-d",
                        "2s",
                        "-f",
                        report.toString(),
                        host.target())));
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err()).contains("cpu: ", " samples, offcpu: ", " events, syscall:futex: ");
        assertThat(Recording.read(report).samples()).isNotEmpty();
    }

    @Test
    void theSocketIsFoundByTheEnvironmentAndTheReportGoesToStdout() {
        Child.Result result = runWith(
                host.socket(), asNobody(host.javelin("record", "-d", "1s", "--title", "${HOME} @x", host.target())));
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.out()).contains("BusyThreads.forever");
    }

    @Test
    void rootRecordsAll() throws IOException {
        Path report = host.open().resolve("root.html");
        Child.run(
                        PATIENCE,
                        host.javelin(
                                "record",
                                "--daemon",
                                host.socket().toString(),
                                "-d",
                                "1s",
                                "--title",
                                "T&C <1>",
                                "-f",
                                report.toString(),
                                host.target()))
                .ok();
        assertThat(Files.readString(report)).startsWith("<!DOCTYPE html>").contains("<title>T&amp;C &lt;1&gt;</title>");
    }

    /** In a container of its own the application has the number 1, or so. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theAgentHandsOver(boolean contained) throws IOException {
        Path report = host.nobodys().resolve("agent-" + contained + ".collapsed");
        List<String> command = new ArrayList<>();
        if (contained) {
            command.addAll(List.of(MustRun.command("unshare"), "--pid", "--fork", "--mount-proc"));
        }
        command.addAll(asNobody(host.java(FirstLine.class.getName(), "exit")));
        command.add(
                command.indexOf("-cp"),
                "-javaagent:" + host.open().resolve("javelin.jar") + "=start,frequency=999,daemon=" + host.socket()
                        + ",file=" + report);
        Child.Result result = Child.run(PATIENCE, command);
        assertThat(result.out().strip()).as(result.err()).isEqualTo("WORKED");
        assertThat(result.exit()).as(result.err()).isEqualTo(3);
        assertThat(result.err().lines())
                .as(result.err())
                .singleElement()
                .asString()
                .startsWith("javelin: " + report)
                .contains("samples in", "by the daemon at " + host.socket());
        assertThat(samplesOf(report, "FirstLine.firstLine")).isGreaterThan(AgentIT.LEAST_SAMPLES);
    }

    /** The application is told in one line, and its output and status are its own. */
    @Test
    void anAgentWhoseDaemonIsKilledSaysSo() throws Exception {
        Path other = host.open().resolve("dying.sock");
        Path report = host.nobodys().resolve("dying.html");
        List<String> command = asNobody(host.java(FirstLine.class.getName(), "wait"));
        command.add(
                command.indexOf("-cp"),
                "-javaagent:" + host.open().resolve("javelin.jar") + "=start,daemon=" + other + ",file=" + report);
        try (Child dying = host.daemon(other);
                Child application = new Child(command)) {
            long collector = DaemonHost.awaitCollector(dying);
            Sampling.await(collector);
            application.awaitOut(0, "WORKED", PATIENCE);
            dying.signal("KILL");
            dying.await(PATIENCE);
            application.awaitErr("javelin: ", PATIENCE);
            assertThat(application.isAlive()).isTrue();
            application.signal("TERM");
            Child.Result result = application.await(PATIENCE);
            assertThat(result.exit()).as(result.err()).isEqualTo(143);
            assertThat(result.out().strip()).isEqualTo("WORKED");
            assertThat(result.err().lines()).singleElement().asString().contains(other.toString(), "broke off");
            Watch.until(() -> !Files.exists(Path.of("/proc/" + collector)));
        }
        assertThat(report).doesNotExist();
        host.removeLeftOver();
    }

    private static long samplesOf(Path report, String frame) throws IOException {
        try (Stream<String> lines = Files.lines(report)) {
            return lines.filter(line -> line.contains(frame))
                    .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    @Test
    void aClientThatIsKilledEndsItsRecording() throws InterruptedException {
        String bpftool = MustRun.command("bpftool");
        Path report = host.nobodys().resolve("killed.jfr");
        try (Child client = host.record(host.socket(), report)) {
            long collector = DaemonHost.awaitCollector(host.daemon());
            List<String> programs = Sampling.await(collector);
            assertThat(programs).allMatch(id -> isLoaded(bpftool, id));
            client.signal("KILL");
            for (int i = 0; i < 200 && programs.stream().anyMatch(id -> isLoaded(bpftool, id)); i++) {
                sleep(50); // the kernel frees them in its own time
            }
            assertThat(programs).noneMatch(id -> isLoaded(bpftool, id));
        }
        assertThat(report).doesNotExist();
    }

    private static boolean isLoaded(String bpftool, String id) {
        return Child.run(bpftool, "prog", "show", "id", id).exit() == 0;
    }

    @Test
    void aDaemonThatEndsLeavesReports() throws InterruptedException {
        Path other = host.open().resolve("ending.sock");
        Path report = host.nobodys().resolve("ending.jfr");
        try (Child ending = host.daemon(other, "--max", "2");
                Child client = host.record(other, report)) {
            Sampling.await(DaemonHost.awaitCollector(ending));
            Child.Result second = runWith(other, asNobody(host.javelin("record", host.target())));
            assertThat(second.exit()).isEqualTo(1);
            assertThat(second.err()).contains("1 recordings of this user already");
            ending.signal("TERM");
            Child.Result result = client.await(PATIENCE);
            assertThat(result.exit()).as(result.err()).isZero();
            assertThat(result.err()).contains("samples in");
            assertThat(report).isNotEmptyFile();
            assertThat(ending.await(PATIENCE).exit()).isZero();
            assertThat(other).doesNotExist();
        }
    }

    @Test
    void aSecondDaemonIsRefused() {
        assertRefused(
                Child.run(
                        PATIENCE,
                        host.javelin("daemon", "--socket", host.socket().toString())),
                "another daemon");
    }

    @Test
    void aDaemonThatWasKilledLeavesItsPlace() throws IOException {
        Path other = host.open().resolve("killed.sock");
        try (Child killed = host.daemon(other)) {
            killed.signal("KILL");
            killed.await(PATIENCE);
        }
        assertThat(Files.exists(other, LinkOption.NOFOLLOW_LINKS)).isTrue();
        try (Child next = host.daemon(other)) {
            assertThat(RawSocket.talk(other, new byte[] {0})).contains("no message of Javelin");
            next.signal("TERM");
            assertThat(next.await(PATIENCE).exit()).isZero();
        }
    }

    @Test
    void aPlaceThatIsNotSafeIsRefused() throws IOException {
        Path file = Files.writeString(host.open().resolve("file.sock"), "precious");
        assertRefused(Child.run(PATIENCE, host.javelin("daemon", "--socket", file.toString())), "no socket");
        assertThat(file).hasContent("precious");
        assertRefused(
                Child.run(
                        PATIENCE,
                        host.javelin(
                                "daemon",
                                "--socket",
                                host.nobodys().resolve("d.sock").toString())),
                "others than root may write");
        assertRefused(
                Child.run(PATIENCE, host.javelin("daemon", "--socket", "/tmp/javelin-it.sock")),
                "others than root may write");
        assertRefused(
                Child.run(
                        PATIENCE,
                        asNobody(
                                host.javelin("daemon", "--socket", host.socket().toString()))),
                "must be root's");
    }
}
