package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.targets.FirstLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where BPF cannot be used, for whatever reason, an agent that may choose its mode records in user space, and says why. The application does not notice. */
class AutoModeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/linux/audit.h */
    private static final int BPF = 321;

    private static final int X86_64 = 0xC000003E;
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;

    /** What stands in the way. */
    private enum Obstacle {
        /** As container runtimes have it. */
        SECCOMP_EPERM("EPERM (1)"),
        SECCOMP_ENOSYS("ENOSYS (38)"),
        NOBODY("CAP_BPF"),
        NO_BTF("no BTF");

        final String said;

        Obstacle(String said) {
            this.said = said;
        }
    }

    private static Path open;

    @BeforeAll
    static void copy() throws IOException {
        MustRun.recording();
        MustRun.require(JavelinCommand.isBuilt(), "collector/target/javelin.jar is not built: mvn package");
        open = Files.createTempDirectory(Path.of("/tmp"), "javelin-it-auto");
        Files.copy(Repository.jar(), open.resolve("javelin.jar"));
        Child.run("cp", "-r", Repository.classes().resolve("dev").toString(), open.toString())
                .ok();
        Child.run("chmod", "-R", "a+rwX", open.toString()).ok();
    }

    @AfterAll
    static void remove() {
        if (open != null) {
            Child.run("rm", "-r", open.toString()).ok();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "17, SECCOMP_EPERM", "25, SECCOMP_EPERM",
        "17, SECCOMP_ENOSYS", "25, SECCOMP_ENOSYS",
        "17, NOBODY", "25, NOBODY",
        "17, NO_BTF", "25, NO_BTF"
    })
    void theApplicationIsRecordedInUserSpace(int major, Obstacle obstacle) throws IOException {
        Path report = open.resolve(major + "-" + obstacle + ".html");
        List<String> java = List.of(
                MustRun.jdk(major).java().toString(),
                "-javaagent:" + open.resolve("javelin.jar") + "=start,interval=4ms,mode=auto,file=" + report,
                "-cp",
                open.toString(),
                FirstLine.class.getName(),
                "exit");
        Child.Result result = Child.run(PATIENCE, behind(obstacle, java));
        assertThat(result.exit()).as(result.err()).isEqualTo(3);
        assertThat(result.out().strip()).isEqualTo("WORKED");
        List<String> lines = result.err().lines().toList();
        assertThat(lines).as(result.err()).hasSize(2);
        assertThat(lines.get(0))
                .startsWith("javelin: kernel mode is not possible here: ")
                .contains(obstacle.said)
                .endsWith("; recording in user-space mode instead");
        assertThat(lines.get(1))
                .startsWith("javelin: " + report + ": ")
                .contains("samples in", "user-space mode", "no kernel frames");
        assertThat(UserModeIT.inflated(Files.readString(report)))
                .contains("\"mode\"", "user space, by async-profiler", "no kernel frames", "FirstLine.firstLine");
    }

    private static List<String> behind(Obstacle obstacle, List<String> command) throws IOException {
        return switch (obstacle) {
            case SECCOMP_EPERM -> filtered(EPERM, command);
            case SECCOMP_ENOSYS -> filtered(ENOSYS, command);
            case NOBODY -> DaemonHost.asNobody(command);
            case NO_BTF ->
                inShell(
                        List.of(MustRun.command("unshare"), "--mount"),
                        "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"",
                        command);
        };
    }

    /** With all that root may, but for one system call: bwrap puts the filter in. */
    private static List<String> filtered(int error, List<String> command) throws IOException {
        Path filter = Files.write(open.resolve("filter-" + error), filter(error));
        List<String> bubble = new ArrayList<>(
                List.of(MustRun.command("bwrap"), "--cap-add", "ALL", "--dev-bind", "/", "/", "--seccomp", "9"));
        bubble.addAll(command);
        return inShell(List.of(), "exec \"$@\" 9<" + filter, bubble);
    }

    private static List<String> inShell(List<String> before, String script, List<String> command) {
        List<String> line = new ArrayList<>(before);
        line.addAll(List.of("sh", "-c", script, "sh"));
        line.addAll(command);
        return line;
    }

    /** A classic BPF program (include/uapi/linux/filter.h, seccomp.h): bpf(2) fails with this error, all else is allowed. */
    private static byte[] filter(int error) {
        return ByteBuffer.allocate(6 * 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(instruction(0x20, 0, 4)) // load the architecture
                .putLong(instruction(0x15, 0x0300, X86_64)) // another one: to the end
                .putLong(instruction(0x20, 0, 0)) // load the number of the system call
                .putLong(instruction(0x15, 0x0100, BPF))
                .putLong(instruction(0x06, 0, 0x00050000 | error)) // SECCOMP_RET_ERRNO
                .putLong(instruction(0x06, 0, 0x7fff0000)) // SECCOMP_RET_ALLOW
                .array();
    }

    /** {@code jumps}: by how many instructions if equal, and above bit 8 if not. */
    private static long instruction(int code, int jumps, int operand) {
        return (long) operand << 32 | (long) jumps << 16 | code;
    }
}
