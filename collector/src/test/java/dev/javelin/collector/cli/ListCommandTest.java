package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.elf.UsdtProbe;
import dev.javelin.collector.probe.Tracepoints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListCommandTest {
    private static JavaChild child;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeAll
    static void startJvm() throws IOException {
        child = JavaChild.start(OneOfAKind.class);
    }

    @AfterAll
    static void stopJvm() {
        child.close();
    }

    @Test
    void shouldListUsdtProbesAndCountFunctions() throws IOException {
        List<String> lines = list();

        assertThat(lines).anyMatch(line -> line.matches("uprobe:libjvm:\\*  \\d{2},\\d{3} functions"));
        assertThat(lines).anyMatch(line -> line.matches("uprobe:libc:\\*  \\d,\\d{3} functions"));
        assertThat(lines).anyMatch(line -> line.matches("syscall:\\*  \\d{3} system calls"));
        try (ElfFile libjvm = ElfFile.open(Path.of(System.getProperty("java.home"), "lib/server/libjvm.so"))) {
            assertThat(lines.stream()
                            .filter(line -> line.startsWith("usdt:libjvm:"))
                            .map(ListCommandTest::spec))
                    .containsExactlyInAnyOrderElementsOf(UsdtProbe.read(libjvm).stream()
                            .map(probe -> "usdt:libjvm:" + probe.provider() + ":" + probe.name())
                            .distinct()
                            .toList());
        }
        if (Tracepoints.events() == null) {
            assertThat(text(err))
                    .contains("tracepoints are not listed: tracefs is not mounted")
                    .hasLineCount(1);
        } else {
            assertThat(lines).anyMatch(line -> line.matches("tracepoint:\\*:\\*  [\\d,]+ tracepoints"));
        }
    }

    private static String spec(String line) {
        return line.replaceAll("  .*", "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "safepointsynchronize::begin     | uprobe:libjvm:SafepointSynchronize::begin()",
                "uprobe:libjvm:*::begin()        | uprobe:libjvm:SafepointSynchronize::begin()",
                "*jvm:safepointSynchronize*      | uprobe:libjvm:SafepointSynchronize::end()",
                "uprobe:libc:mall*               | uprobe:libc:malloc",
                "libjvm:os::                     | uprobe:libjvm:os::active_processor_count()",
                "fsync                           | syscall:fsync",
                "syscall:*sync                   | syscall:fdatasync",
                "LIBJAVA:java_java_lang_class_fo | uprobe:libjava:Java_java_lang_Class_forName0",
            })
    void shouldListWhatFits(String pattern, String expected) {
        assertThat(list(pattern)).contains(expected).doesNotHaveDuplicates();
    }

    @Test
    void shouldListNoOtherKindThanTheOneAskedFor() {
        assertThat(list("usdt:*gc*")).allMatch(line -> line.startsWith("usdt:"));
        assertThat(text(err)).isEmpty();
    }

    @Test
    void shouldTellWhatArgumentsAreAndWhichAreTexts() {
        assertThat(list("usdt:*:class__loaded"))
                .containsExactly(
                        "usdt:libjvm:hotspot:class__loaded  arg0:string(class) arg1:s32 arg2:u64(loader) arg3:u8(shared)");
    }

    @Test
    void shouldSayThatNothingFits() {
        assertThat(run("list", pid(), "usdt:no such\u001bprobe")).isEqualTo(1);

        assertThat(text(err))
                .startsWith("javelin: nothing that can be probed in " + pid() + " (" + OneOfAKind.class.getName())
                .contains("fits 'usdt:no such\\u001bprobe'")
                .hasLineCount(1);
        assertThat(text(out)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "4194305,there is no process 4194305",
        "99999999999,there is no process",
        "nonesuch,no JVM runs 'nonesuch'"
    })
    void shouldRefuseWhatIsNoJvm(String target, String message) {
        assertThat(run("list", target, "gc")).isEqualTo(1);

        assertThat(text(err)).contains(message).hasLineCount(1);
    }

    @Test
    void shouldStillListJvms() {
        assertThat(run("list", OneOfAKind.class.getSimpleName())).isZero();

        assertThat(text(out)).contains(pid()).contains("MAIN CLASS").contains(OneOfAKind.class.getName());
    }

    @Test
    void shouldReadTracepointsFromTracefs(@TempDir Path events) throws IOException {
        for (String name :
                List.of("sched/sched_switch", "sched/sched_wakeup", "block/block_rq_issue", "ftrace/print")) {
            Files.createDirectories(events.resolve(name));
        }
        Files.createFile(events.resolve("sched/enable"));
        Files.createFile(events.resolve("enable"));

        assertThat(Tracepoints.all(events))
                .containsExactly("block:block_rq_issue", "sched:sched_switch", "sched:sched_wakeup");
    }

    private List<String> list(String... pattern) {
        String[] arguments =
                pattern.length == 0 ? new String[] {"list", pid()} : new String[] {"list", pid(), pattern[0]};
        assertThat(run(arguments)).as(text(err)).isZero();
        return text(out).lines().toList();
    }

    private static String pid() {
        return Integer.toString(child.pid());
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
