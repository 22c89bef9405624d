package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CliTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "record | name what to record",
                "record -d 10x 1 | '10x' is not a duration",
                "record --loop 10x -f a-%t.html 1 | '10x' is not a duration",
                "record --loop 500ms -f a-%t.html 1 | a second at least",
                "record --loop 1h 1 | %t or %n",
                "record --loop 1h -f same.html 1 | %t or %n",
                "record --loop 1h -f a-%%t.html 1 | %t or %n",
                "record -d 0 1 | must be more than 0",
                "record -d | Missing required parameter for option '--duration'",
                "record -i 1us 1 | the interval must be from 100us to 10s",
                "record -i 1ms -F 99 1 | give one of them",
                "record -F 0 1 | the frequency must be a number from 1",
                "record -F 1e3 1 | the frequency must be a number from 1",
                "record -e nonsense 1 | unknown event",
                "record -e page-faults 1 | unknown event",
                "record -e cpu,cycles 1 | both sampled",
                "record -e cycles -i 10 1 | at least 1000 events apart",
                "record -e cycles -F 99 1 | say with -i how many",
                "record -j 2049 1 | the depth must be a number from 1 to 2048",
                "record -f cpu.txt 1 | must end in .html",
                "record -I ( 1 | is no regular expression",
                "record --minwidth 101 1 | not between 0 and 100",
                "record --minwidth x 1 | Invalid value for option '--minwidth'",
                "record --user --kernel 1 | together leave nothing",
                "record --mode user --kernel 1 | --mode user: --kernel leaves nothing",
                "record all 1 | 'all' means every JVM",
                "record --nonsense 1 | Unknown option",
                "trace syscall:fsync | name what to show",
                "trace -n 0 syscall:fsync 1 | must be a number from 1",
                "trace -n x syscall:fsync 1 | must be a number from 1",
                "trace -d 0 syscall:fsync 1 | must be more than 0",
                "trace uprobe:libc 1 | uprobe:LIB:FUNC",
                "trace syscall:fsync all | in one process",
                "latency --total syscall:fsync 1 | collapsed",
                "latency -f x.jfr syscall:fsync 1 | .collapsed",
                "nonsense | Unmatched argument",
                "demo -f demo.txt | must end in .html"
            })
    void shouldSayInOneLineWhatIsWrongWithTheCommand(String command, String message) {
        assertThat(run(command.split(" "))).isEqualTo(2);

        assertThat(text(err)).startsWith("javelin: ").contains(message).hasLineCount(1);
        assertThat(text(out)).isEmpty();
    }

    /** It tells who has asked it to record, and the application's stderr may be read by nobody. */
    @ParameterizedTest
    @CsvSource({
        "2, '-e alloc: --kernel leaves nothing', --for-agent --mode auto -e alloc --kernel 1",
        "1, there is no process 4194305, --for-agent 4194305"
    })
    void shouldTellTheAgentWhyNothingIsRecorded(int status, String message, String options) {
        assertThat(run(("record " + options).split(" "))).isEqualTo(status);

        assertThat(text(err)).startsWith("javelin: " + message).hasLineCount(1);
        assertThat(text(out)).isEqualTo(text(err).replace("javelin: ", "refused\t"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"4194305", "99999999999"})
    void shouldRefuseAProcessThatDoesNotExist(String pid) {
        assertThat(run("record", "-d", "1s", pid)).isEqualTo(1);

        assertThat(text(err))
                .isEqualTo("javelin: there is no process " + pid + ": 'javelin list' shows the JVMs that run\n");
    }

    @Test
    void shouldRefuseItself() {
        String self = Long.toString(ProcessHandle.current().pid());

        assertThat(run("record", "-d", "1s", self)).isEqualTo(1);
        assertThat(text(err)).contains("cannot record itself").hasLineCount(1);
    }

    @Test
    void shouldRefuseAProcessThatIsNoJvm() throws Exception {
        Process sleep = new ProcessBuilder("sleep", "60").start();
        try {
            assertThat(run("record", "-d", "1s", Long.toString(sleep.pid()))).isEqualTo(1);
        } finally {
            sleep.destroy();
        }
        assertThat(text(err))
                .contains("is not a JVM: it has no libjvm.so mapped")
                .hasLineCount(1);
    }

    @Test
    void shouldRefuseAZombie() throws Exception {
        // which ends once its parent is a program that waits for no child
        String child = "while [ -e /proc/$$ ] && [ \"$(cat /proc/$$/comm)\" != sleep ]; do :; done";
        Process parent = new ProcessBuilder("bash", "-c", "(" + child + ") & echo $!; exec sleep 60").start();
        try {
            String zombie = parent.inputReader().readLine();
            while (ProcessStart.state(Integer.parseInt(zombie)) != 'Z') {
                Thread.sleep(5);
            }
            assertThat(run("record", "-d", "1s", zombie)).isEqualTo(1);
        } finally {
            parent.destroy();
        }
        assertThat(text(err)).contains("is a zombie").hasLineCount(1);
    }

    @Test
    void shouldMakeHostileTextHarmless() {
        assertThat(run("record", "-d", "1s", "\u001b[31mMain\nx")).isEqualTo(1);

        assertThat(text(err)).contains("no JVM runs '\\u001b[31mMain\\u000ax'").hasLineCount(1);
    }

    @Test
    void shouldShowStackTracesOnlyWhenAsked() {
        assertThat(run("record", "--verbose", "-d", "1s", "4194305")).isEqualTo(1);

        assertThat(text(err)).contains("    at dev.javelin.collector.cli.Targets");
    }

    @ParameterizedTest
    @CsvSource({"gone/cpu.html,there is no directory", "taken.html,it is a directory"})
    void shouldRefuseAFileThatCannotBeWritten(String name, String message) throws Exception {
        Files.createDirectory(directory.resolve("taken.html"));

        assertThat(run("demo", "-f", directory.resolve(name).toString())).isEqualTo(1);
        assertThat(text(err)).contains("cannot write", message).hasLineCount(1);
    }

    @Test
    void shouldPrintHelpWithExamples() {
        for (String command : List.of("record", "latency", "trace", "list", "doctor", "demo")) {
            out.reset();
            assertThat(run(command, "--help")).isZero();
            assertThat(text(out)).contains("Usage: javelin " + command, "Examples:");
            assertThat(text(out).lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        }
        assertThat(text(err)).isEmpty();
    }

    @Test
    void shouldPrintItsVersion() {
        assertThat(run("--version")).isZero();

        assertThat(text(out)).matches("javelin \\d+\\.\\d+\\.\\d+\\R");
    }

    private int run(String... arguments) {
        PrintStream data = new PrintStream(out, true, StandardCharsets.UTF_8);
        Messages messages = new Messages(new PrintStream(err, true, StandardCharsets.UTF_8), false);
        return new Cli(data, messages, List.of(arguments)).execute();
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
