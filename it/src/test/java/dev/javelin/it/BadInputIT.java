package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.BusyThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be done is said in one line with exit status 1, a wrong call with 2; never a stack trace. */
class BadInputIT {
    private static TargetProcess target;
    private static Child sleeper;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        MustRun.require(JavelinCommand.isBuilt(), "collector/target/javelin.jar is not built: mvn package");
        target = TargetProcess.start(MustRun.jdk(17), List.of(), BusyThreads.class, "1");
        sleeper = new Child(List.of("sleep", "600"));
    }

    @AfterAll
    static void stop() {
        if (target != null) {
            target.close();
            sleeper.close();
        }
    }

    /** TARGET stands for a JVM that runs, SLEEP for a process that is none, DIR for a directory. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            2 | record | process number
            2 | record -x TARGET | -x
            2 | record --nosuch TARGET | --nosuch
            2 | record -F 0 TARGET | -F
            2 | record -F -5 TARGET | -F
            2 | record -F many TARGET | -F
            2 | record -F 99999999 TARGET | -F
            2 | record -i 1ns TARGET | -i
            2 | record -i 10parsecs TARGET | -i
            2 | record -i 10ms -F 99 TARGET | -F
            2 | record -d 0 TARGET | duration
            2 | record -d -1s TARGET | duration
            2 | record -d soon TARGET | duration
            2 | record -d 99999999999999999999s TARGET | duration
            2 | record -e nosuchevent TARGET | nosuchevent
            2 | record -e offcpu -F 99 TARGET | -F
            2 | record -e cpu,offcpu TARGET | .jfr or .html
            2 | record -e cpu -e offcpu -f DIR/x.collapsed TARGET | .jfr or .html
            2 | record -e cpu,offcup -f DIR/x.jfr TARGET | offcup
            2 | record -e cpu, -f DIR/x.jfr TARGET | unknown event
            2 | record -e cpu,cpu -f DIR/x.jfr TARGET | twice
            2 | record -e wall,cpu -f DIR/x.jfr TARGET | has cpu already
            2 | record -e offcpu,wall -f DIR/x.jfr TARGET | has offcpu already
            2 | record -e cpu,cycles -f DIR/x.jfr TARGET | both sampled
            2 | record -e cpu,alloc -f DIR/x.jfr TARGET | --mode
            2 | record --mode user -e cpu,offcpu -f DIR/x.jfr TARGET | kernel
            2 | record --mode user -e offcpu,alloc -f DIR/x.jfr TARGET | only kernel mode offcpu
            2 | record --mode user -e alloc,lock -i 10 -f DIR/x.jfr TARGET | --alloc
            2 | record --mode user -e alloc -i 10 --alloc 10 -f DIR/x.jfr TARGET | two ways
            2 | record --mode user --alloc 0 TARGET | --alloc
            2 | record --mode user --lock soon TARGET | --lock
            2 | record --alloc 2m TARGET | --mode
            2 | record -e offcpu,runq -i 10 -f DIR/x.jfr TARGET | -i
            2 | record -e cpu,offcpu --by arg0 -f DIR/x.jfr TARGET | -t
            2 | record -e cpu,runq --wakers -f DIR/x.jfr TARGET | --wakers
            2 | record -e cpu,syscall:fsyn -f DIR/x.jfr TARGET | fsync
            2 | record -e syscall:fsync,syscall:f*sync -f DIR/x.jfr TARGET | in common
            2 | record -e java:a.B.c:1ms,java:a.B.d:1ms -f DIR/x.jfr TARGET | pattern
            2 | record -e uprobe:libc:fsync -i 0 TARGET | -i
            2 | record -e uprobe:libc:fsyn TARGET | fsync
            2 | record -e uprobe:libz9:inflate TARGET | libz9
            2 | record -e uprobe:libc TARGET | uprobe:LIB:FUNC
            2 | record -e uprobe:libc:fsync all | all
            2 | record -e uprobe:libc:fsync/arg0>/ TARGET | arg0>
            2 | record -e syscall:fsyn TARGET | fsync
            2 | record -e usdt:libjvm:hotspot:gc__begn TARGET | gc__begin
            2 | record -e usdt:libc:libc:nosuch TARGET | libc
            2 | record -e kprobe:vfs_raed TARGET | vfs_read
            2 | record -e tracepoint:shed:sched_switch TARGET | sched:sched_switch
            2 | record -e usdt:libjvm:hotspt:gc__begin TARGET | hotspot:gc__begin
            2 | record -e uprobe:libjwm:JVM_GC TARGET | libjvm
            2 | record -e uprobe:libc:fsync+1 TARGET | no instruction of fsync begins here
            2 | record -e uprobe:libc:fsync+0x10000 TARGET | is not within fsync
            2 | trace uprobe:libc:fsync+0x10000 TARGET | is not within fsync
            2 | latency uprobe:libc:fsync+4 TARGET | leave out +0x4
            2 | latency kprobe:vfs_read+4 TARGET | leave out +0x4
            2 | record -e usdt:libjvm:hotspot:gc__begin/retval>0/ TARGET | no returned value
            2 | trace sched:sched_switch/duration>0/ TARGET | no duration
            2 | trace sched:sched_switch/arg0>0/ TARGET | text
            2 | record -e syscall:read/arg7>1/ TARGET | arg0 to arg2
            2 | latency syscall:read/arg7>1/ TARGET | arg0 to arg2
            2 | latency uprobe:libc:fsync/arg6>1/ TARGET | arg0 to arg5
            2 | trace usdt:libjvm:hotspot:gc__begin/arg3>1/ TARGET | is arg0 only
            2 | record -e usdt:libjvm:hotspot:gc__begin --by arg1 TARGET | is arg0 only
            2 | record -e uprobe:libc:fsync --by syscall TARGET | --by syscall
            2 | latency --by syscall uprobe:libc:fsync TARGET | --by syscall
            2 | latency --by arg0 syscall:sched_yield TARGET | no arguments
            2 | latency uprobe:libjvm:OptoRuntime::new_instance_C TARGET | would crash the JVM
            2 | latency uprobe:libjvm:Runtime1::* TARGET | would crash the JVM
            2 | trace uretprobe:libjvm:SharedRuntime::handle_wrong_method TARGET | would crash the JVM
            2 | record -e uretprobe:libjvm:Deoptimization::fetch_unroll_info TARGET | would crash the JVM
            2 | latency syscall:exit_group TARGET | sys_enter_exit_group
            2 | record --by arg0 TARGET | -t
            2 | record -e syscall:fsync --by arg6 TARGET | arg0 to arg5
            2 | record -e uprobe:libc:fsync --by retval TARGET | uretprobe
            2 | latency | what to measure
            2 | latency TARGET | what to measure
            2 | latency syscall:fsyn TARGET | fsync
            2 | latency usdt:libjvm:hotspot:gc__begin TARGET | moment
            2 | latency --by nothing syscall:fsync TARGET | nothing
            2 | latency --top 0 syscall:fsync TARGET | --top
            2 | latency -f x.exe syscall:fsync TARGET | x.exe
            1 | latency syscall:fsync 999999999 | 999999999
            2 | latency --total syscall:fsync TARGET | .collapsed
            2 | latency --by stack syscall:fsync TARGET | -f calls.collapsed
            2 | latency -f x.collapsed runq TARGET | javelin record -e runq
            2 | latency --by arg0 runq TARGET | thread or cpu
            2 | latency --value retval offcpu TARGET | time
            2 | latency --value bytes syscall:read TARGET | bytes
            2 | latency --value arg3 syscall:read TARGET | has no arg3
            2 | latency --value retval usdt:libjvm:hotspot:gc__begin TARGET | no returned value
            2 | latency runq java:java.lang.Thread.run TARGET | by itself
            2 | record --value retval TARGET | probe
            2 | record -e syscall:read -i 10 --value retval TARGET | -i 10
            2 | record -e uprobe:libc:read --value retval TARGET | uretprobe
            2 | trace | what to show
            2 | trace TARGET | what to show
            2 | trace syscall:fsync all | all
            2 | trace syscall:fsyn TARGET | fsync
            2 | trace uprobe:libc TARGET | uprobe:LIB:FUNC
            2 | trace uprobe:libc:fsyn TARGET | fsync
            2 | trace uprobe:libc:fsync/retval>0/ TARGET | uretprobe
            2 | trace uprobe:libc:fsync/arg0>/ TARGET | arg0>
            2 | trace usdt:libjvm:hotspot:gc__begn TARGET | gc__begin
            2 | trace -n 0 syscall:fsync TARGET | -n
            2 | trace --str arg12 syscall:fsync TARGET | arg12
            2 | trace --str arg9 syscall:fsync TARGET | arg9
            2 | trace --str arg0,arg1,arg2,arg3,arg4 syscall:fsync TARGET | 4
            2 | trace uprobe:libjvm:os::* TARGET | narrow
            2 | trace -n many syscall:fsync TARGET | -n
            2 | trace -d 0 syscall:fsync TARGET | duration
            1 | trace syscall:fsync 999999999 | 999999999
            1 | trace syscall:fsync SLEEP | is not a JVM
            2 | explain | name a method
            2 | explain com.acme.Orders.place | name a method
            2 | explain nodots TARGET | nodots
            2 | explain -d 0 java.lang.Thread.run TARGET | duration
            2 | explain --slower-than soon java.lang.Thread.run TARGET | soon
            2 | explain -f x.exe java.lang.Thread.run TARGET | x.exe
            2 | explain dev.javelin.it.targets.BusyThreads.mainn TARGET | main
            2 | explain -i 1ns java.lang.Thread.run TARGET | -i
            1 | explain java.lang.Thread.run 999999999 | 999999999
            1 | explain java.lang.Thread.run SLEEP | is not a JVM
            2 | record --mode usr TARGET | kernel
            2 | record --mode auto TARGET | agent
            2 | record -e alloc TARGET | --mode
            2 | record -e lock TARGET | --mode
            2 | record --mode user -e offcpu TARGET | -e
            2 | record --mode user -e runq TARGET | kernel
            2 | record --mode user -e uprobe:libc:fsync TARGET | probe
            2 | record --mode user -e java:a.B.c:1ms TARGET | probe
            2 | record --mode user -e cycles TARGET | processor
            2 | record --mode user -e wall --wakers TARGET | --wakers
            2 | record --mode user --kernel TARGET | --kernel
            2 | record --mode user -e alloc -F 99 TARGET | -F
            2 | record --mode user -e alloc -i 0 TARGET | -i
            2 | record --mode user all | all
            1 | record --mode user SLEEP | is not a JVM
            2 | explain --mode user java.lang.Thread.run TARGET | kernel
            2 | latency --mode user syscall:fsync TARGET | kernel
            2 | trace --mode user syscall:fsync TARGET | kernel
            2 | record -j 0 TARGET | -j
            2 | record -j 100000 TARGET | 2048
            2 | record -I [ TARGET | [
            2 | record -X ( TARGET | (
            2 | record --user --kernel TARGET | --kernel
            2 | record --minwidth 200 TARGET | minwidth
            2 | record -f x.exe TARGET | x.exe
            2 | record -f noextension TARGET | noextension
            2 | record -f DIR TARGET | DIR
            1 | record -f DIR/directory.html TARGET | directory
            1 | record -f DIR/none/x.html TARGET | DIR/none
            1 | record -f /dev/null/x.html TARGET | /dev/null
            1 | record -f /proc/x.html TARGET | /proc
            1 | record 999999999 | 999999999
            1 | record 4194303 | 4194303
            1 | record 0 | 0
            1 | record 99999999999999999999 | 99999999999999999999
            1 | record SLEEP | is not a JVM
            1 | record no.such.MainClass | no.such.MainClass
            2 | record all TARGET | all
            2 | nosuchcommand | nosuchcommand
            2 | list a b c | a
            """)
    void oneLineSaysWhy(int status, String line, String named) throws IOException {
        Files.createDirectory(directory.resolve("directory.html"));
        Child.Result result = JavelinCommand.run(arguments(line));
        assertOneLine(result, status, line);
        assertThat(result.err()).contains(arguments(named));
    }

    @Test
    void aHardwareEventIsRefusedWhereThereIsNoCounter() {
        MustRun.recording();
        Child.Result result = JavelinCommand.run(arguments("record -d 1s -e cycles -f DIR/c.collapsed TARGET"));
        if (Files.exists(Path.of("/sys/bus/event_source/devices/cpu"))) {
            assertThat(result.exit()).as(result.err()).isZero();
        } else {
            assertOneLine(result, 1, "cycles");
            assertThat(result.err()).contains("cycles");
        }
    }

    @Test
    void aJvmThatEndsAtOnce() {
        MustRun.recording();
        for (int i = 0; i < 5; i++) {
            try (Child brief = new Child(List.of(MustRun.jdk(17).java().toString(), "-version"))) {
                Child.Result result =
                        JavelinCommand.run("record", "-d", "5s", "-f", file("brief" + i), Long.toString(brief.pid()));
                assertNoTrace(result);
                assertThat(result.exit()).as(result.err()).isIn(0, 1);
            }
        }
    }

    @Test
    void withoutPrivileges() throws IOException {
        String setpriv = MustRun.command("setpriv");
        MustRun.recording();
        Path jar = publicJar();
        List<String> command = new ArrayList<>(List.of(
                setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"));
        command.addAll(List.of(MustRun.jdk(17).java().toString(), "-jar", jar.toString(), "record", "-d", "1s"));
        command.add(Long.toString(target.pid()));
        Child.Result result = Child.run(Duration.ofSeconds(30), command);
        assertOneLine(result, 1, "as nobody");
        assertThat(result.err()).containsAnyOf("root", "CAP_BPF", "privilege", "user");
    }

    @Test
    void withoutBtf() {
        String unshare = MustRun.command("unshare");
        MustRun.recording();
        String script = "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"";
        List<String> command = new ArrayList<>(List.of(unshare, "-m", "sh", "-c", script, "sh"));
        command.addAll(JavelinCommand.line(List.of("record", "-d", "1s", Long.toString(target.pid()))));
        Child.Result result = Child.run(Duration.ofSeconds(30), command);
        assertOneLine(result, 1, "no BTF");
        assertThat(result.err()).contains("BTF");
    }

    private String[] arguments(String line) {
        return Arrays.stream(line.split(" ", -1))
                .map(word -> word.replace("TARGET", Long.toString(target.pid()))
                        .replace("SLEEP", Long.toString(sleeper.pid()))
                        .replace("DIR", directory.toString()))
                .toArray(String[]::new);
    }

    private String file(String name) {
        return directory.resolve(name + ".collapsed").toString();
    }

    /** Where any user can read it. */
    private static Path publicJar() throws IOException {
        Path open = Files.createTempDirectory(
                "javelin-public", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Path jar = Files.copy(Repository.jar(), open.resolve("javelin.jar"));
        jar.toFile().setReadable(true, false);
        open.toFile().deleteOnExit(); // the last one first
        jar.toFile().deleteOnExit();
        return jar;
    }

    /** One line, besides the one that said what would be recorded. */
    private static void assertOneLine(Child.Result result, int status, String call) {
        assertNoTrace(result);
        assertThat(result.exit()).as(call + "\n" + result.err()).isEqualTo(status);
        assertThat(result.err().lines().filter(line -> !line.isBlank() && !line.startsWith("recording ")))
                .as("what it says of " + call)
                .hasSize(1)
                .allMatch(line -> line.startsWith("javelin: "));
        assertThat(result.out()).isEmpty();
    }

    private static void assertNoTrace(Child.Result result) {
        assertThat(result.err() + result.out())
                .doesNotContain("\tat ", "Exception in thread", "java.lang.", "fatal error")
                .doesNotContainPattern("\\w(Exception|Error)\\b");
    }
}
