package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.Spinner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is asked for wrongly gets one line that says what, why and what to do, and a status that is not 0. */
class BadInputIT {
    private static TargetProcess target;

    @BeforeAll
    static void start() {
        MustRun.recording();
        target = TargetProcess.start(MustRun.jdk(17), List.of(), Spinner.class);
    }

    @AfterAll
    static void stop() {
        if (target != null) {
            target.close();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | record -d 2x PID                 | duration",
                "2 | record -d -1s PID                | duration",
                "2 | record -F 0 PID                  | -F",
                "2 | record -F 1000000000 PID         | -F",
                "2 | record -i nonsense PID           | -i",
                "2 | record -i 1ms -F 99 PID          | -F",
                "2 | record -e nosuchevent PID        | nosuchevent",
                "2 | record -f cpu.txt PID            | cpu.txt",
                "2 | record -j 0 PID                  | -j",
                "2 | record -j 4096 PID               | 2048",
                "2 | record --nosuch PID              | --nosuch",
                "2 | record -I ( PID                  | (",
                "2 | record                           | process number",
                "2 | nosuchcommand                    | nosuchcommand",
                "1 | record -f /dev/null/x.html PID    | /dev/null",
                "1 | record -f /proc/x.html PID       | /proc",
                "1 | record 4194303                   | 4194303",
                "1 | record NoSuchMainClass           | NoSuchMainClass",
            })
    void shouldSayWhatIsWrong(int status, String command, String named) {
        String line = command.replace("PID", Long.toString(target.pid()));
        List<String> arguments = new ArrayList<>(Arrays.asList(line.trim().split(" +", -1)));
        Child.Result result = JavelinCommand.run(arguments.toArray(String[]::new));
        assertThat(result.exit()).as(result.err()).isEqualTo(status);
        assertThat(result.err()).contains(named.trim()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(result.err().lines().filter(said -> said.startsWith("javelin: ")))
                .as(result.err())
                .hasSize(1);
    }

    @Test
    void shouldRefuseWhatIsNoJvm() {
        try (Child sleep = new Child(List.of("sleep", "60"))) {
            Child.Result result = JavelinCommand.run("record", Long.toString(sleep.pid()));
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err()).contains("is not a JVM").doesNotContain("\tat ");
        }
    }

    @Test
    void shouldRefuseHardwareEventsWhereThereAreNone() {
        Child.Result result = JavelinCommand.run("record", "-e", "cycles", "-d", "1s", Long.toString(target.pid()));
        if (result.exit() != 0) {
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err()).contains("cycles").contains("-e cpu").doesNotContain("\tat ");
        }
    }

    @Test
    void shouldRefuseWithoutPrivilege() {
        String setpriv = MustRun.command("setpriv");
        List<String> command =
                new ArrayList<>(List.of(setpriv, "--no-new-privs", "--bounding-set", "-bpf,-sys_admin,-perfmon"));
        command.addAll(JavelinCommand.line(List.of("record", "-d", "1s", Long.toString(target.pid()))));
        Child.Result result = Child.run(java.time.Duration.ofMinutes(1), command);
        assertThat(result.exit()).as(result.err()).isEqualTo(1);
        assertThat(result.err()).contains("CAP_BPF").doesNotContain("\tat ");
    }

    @Test
    void shouldRefuseAnotherUsersProcess() {
        String setpriv = MustRun.command("setpriv");
        List<String> command = new ArrayList<>(List.of(setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"));
        command.addAll(JavelinCommand.line(List.of("record", "-d", "1s", Long.toString(target.pid()))));
        Child.Result result = Child.run(java.time.Duration.ofMinutes(1), command);
        assertThat(result.exit()).as(result.err()).isEqualTo(1);
        assertThat(result.err()).doesNotContain("\tat ");
    }
}
