package dev.javelin.it;

import static dev.javelin.it.DaemonHost.NOBODY;
import static dev.javelin.it.DaemonHost.PATIENCE;
import static dev.javelin.it.DaemonHost.asNobody;
import static dev.javelin.it.DaemonHost.assertRefused;
import static dev.javelin.it.DaemonHost.runWith;
import static dev.javelin.it.DaemonHost.setpriv;
import static dev.javelin.it.DaemonHost.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.NativeLibrary;
import dev.javelin.it.targets.ExecTarget;
import dev.javelin.it.targets.RawSocket;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The daemon refuses all else than users' own processes, and outlives whatever is said to it. */
class DaemonRefusesIT {
    private static final int REQUEST = 'Q';

    private static DaemonHost host;

    @BeforeAll
    static void start() throws IOException {
        host = DaemonHost.start();
    }

    @AfterAll
    static void stop() {
        if (host != null) {
            host.close();
        }
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        host.assertClean();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            root's | --reuid=0
            another user's | --reuid=1 --regid=65534 --clear-groups
            another group's | --reuid=65534 --regid=1 --clear-groups
            one with more rights | --reuid=65534 --regid=65534 --clear-groups --inh-caps=+net_raw --ambient-caps=+net_raw
            """)
    void anotherUsersProcessIsRefused(String whose, String identity) throws IOException {
        try (Child other = new Child(setpriv(List.of("sleep", "600"), identity.split(" ", -1)))) {
            String answer = talkAsNobody(awaitSleep(other.pid()));
            assertThat(answer).as(whose).contains("is not this user's alone").startsWith("E");
        }
    }

    private static String talkAsNobody(long pid) throws IOException {
        byte[] request = request((int) pid, startTicks(pid), ".jfr");
        return Child.run(
                        PATIENCE,
                        asNobody(host.java(
                                RawSocket.class.getName(),
                                "talk",
                                host.socket().toString(),
                                HexFormat.of().formatHex(request))))
                .ok()
                .out();
    }

    /** It has its identity when it is the program that was to be started. */
    private static long awaitSleep(long pid) throws IOException {
        Path comm = Path.of("/proc/" + pid + "/comm");
        for (int i = 0; i < 500 && !Files.readString(comm).equals("sleep\n"); i++) {
            sleep(10);
        }
        return pid;
    }

    /** A program of root's with the setuid bit takes the place of the one that the JVM executes. */
    @Test
    void aRecordingOfAProcessThatBecomesRootsIsThrownAway() throws Exception {
        Path program = host.open().resolve("setuid");
        Path library = host.open().resolve("native.so");
        Path report = host.nobodys().resolve("setuid.jfr");
        Files.copy(Path.of("/bin/sleep"), program);
        Child.run("chmod", "4755", program.toString()).ok();
        Files.copy(NativeLibrary.compile(MustRun.jdk(17), "-fomit-frame-pointer"), library);
        Child.run("chmod", "755", library.toString()).ok();
        List<String> command = new ArrayList<>(List.of(
                MustRun.command("unshare"),
                "-m",
                "sh",
                "-c",
                "mount --bind " + program + " /bin/sleep && exec \"$@\"",
                "sh"));
        command.addAll(asNobody(host.java(ExecTarget.class.getName(), library.toString())));
        try (Child target = new Child(command)) {
            target.awaitOut(0, "READY", PATIENCE);
            try (Child client = host.record(host.socket(), report, Long.toString(target.pid()))) {
                Sampling.await(DaemonHost.awaitCollector(host.daemon()));
                target.send("go");
                assertRefused(client.await(PATIENCE), "became another user's");
            }
        }
        assertThat(report).doesNotExist();
    }

    @Test
    void aProcessThatTookTheNumberIsRefused() throws IOException {
        for (int attempt = 0; attempt < 50; attempt++) {
            long start;
            long pid;
            try (Child meant = new Child(List.of("sleep", "600"))) {
                pid = meant.pid();
                start = startTicks(pid);
            }
            assertThat(talk(request((int) pid, start, ".jfr"))).contains("there is no process " + pid);
            sleep(20); // the clock of start times ticks each 10 ms
            try (Child other = new Child(takingNumber(pid, "exec sleep 600"))) {
                if (other.awaitOut(0, "", PATIENCE).equals(Long.toString(pid))) {
                    assertThat(startTicks(pid)).isNotEqualTo(start);
                    assertThat(talk(request((int) pid, start, ".jfr"))).contains("is not the one that was meant");
                    Child.run("kill", "-KILL", Long.toString(pid));
                    return;
                }
                Child.run("kill", "-KILL", other.out().strip());
            }
        }
        MustRun.require(false, "no process gets the number of one that has ended: the machine starts too many");
    }

    /** Prints the number that its child got: the wanted one, if no other process starts at the same moment. */
    private static List<String> takingNumber(long pid, String command) {
        return List.of(
                "sh",
                "-c",
                "echo " + (pid - 1) + " > /proc/sys/kernel/ns_last_pid; (" + command
                        + ") </dev/null >&- & echo $!; wait");
    }

    /** Q is the type of a request, 0x51; what follows is its length. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            474554202f20485454502f312e310d0a0d0a | no message of Javelin
            00 | no message of Javelin
            530000000051 | not its turn
            517fffffff | 2147483647 bytes is too long
            51ffffffff | 4294967295 bytes is too long
            5100004001 | 16385 bytes is too long
            510000 | broke off
            510000006401 | broke off
            5100000000 | malformed
            51000000020200 | version 2
            51000000020100 | malformed
            510000000f01000000010000000000000001ffff | malformed
            5100000013010000000100000000000000010002fffe0000 | malformed
            5100000014010000000100000000000000010003610062 0000 | malformed
            """)
    void whatIsNoRequestIsAnsweredByALine(String hex, String said) throws IOException {
        String answer = talk(HexFormat.of().parseHex(hex.replace(" ", "")));
        assertThat(answer).startsWith("E").contains(said);
        assertThat(answer.length()).isLessThan(300);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --file=/etc/javelin.jfr | --file
            --for-agent | --for-agent
            --shown-as=x | --shown-as
            --loop=1h | --loop
            --wakers | --wakers
            --verbose | --verbose
            1 | 1: the daemon does not take
            --event=kprobe:vfs_read | kprobe:vfs_read
            --event=uprobe:libc:read | uprobe:libc:read
            --event=java:a.B.c | java:a.B.c
            --event=cycles | cycles
            --event=syscall:read /arg2 > 1/ | syscall:read
            --event=nosuch | nosuch
            --frequency=1000 | 999
            --interval=1ms | 999
            --duration=25h | 24 h
            --duration=0 | more than 0
            --include=( | regular expression
            --depth=9999 | depth
            --threads=maybe | maybe
            """)
    void whatMayNotBeAskedForIsRefused(String option, String said) throws IOException {
        int self = (int) ProcessHandle.current().pid();
        assertThat(talk(request(self, startTicks(self), ".jfr", option)))
                .startsWith("E")
                .contains(said);
    }

    @ParameterizedTest
    @ValueSource(strings = {".exe", "", "/../../etc/x.jfr", ".jfr.jfr"})
    void theFormatNamesNoFile(String format) throws IOException {
        assertThat(talk(request(1, 1, format))).startsWith("E").contains("format");
    }

    @Test
    void aSilentClientIsDropped() throws IOException {
        try (SocketChannel silent = SocketChannel.open(UnixDomainSocketAddress.of(host.socket()))) {
            long before = System.nanoTime();
            assertThat(RawSocket.answer(silent)).startsWith("E").contains("no whole request came within 5 s");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void aSocketThatIsNotRootsIsNotTrusted() {
        Path evil = host.nobodys().resolve("evil.sock");
        try (Child listener = new Child(asNobody(host.java(RawSocket.class.getName(), "listen", evil.toString())))) {
            listener.awaitOut(0, "READY", PATIENCE);
            Child.Result result =
                    Child.run(PATIENCE, host.javelin("record", "--daemon", evil.toString(), host.target()));
            assertRefused(result, "user " + NOBODY + " and not root");
        }
    }

    @Test
    void aSocketThatIsNotThereIsNamed() {
        assertRefused(
                runWith(host.open().resolve("none.sock"), asNobody(host.javelin("record", host.target()))),
                "none.sock");
    }

    /** What the daemon says to root. */
    private static String talk(byte[] bytes) throws IOException {
        return RawSocket.talk(host.socket(), bytes);
    }

    /** A request as {@code Request} of the collector describes it, in its frame. */
    private static byte[] request(int pid, long start, String format, String... options) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(content);
        out.writeByte(1);
        out.writeInt(pid);
        out.writeLong(start);
        List<String> texts = new ArrayList<>(List.of(format, "javelin record"));
        texts.addAll(Arrays.asList(options));
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeShort(bytes.length);
            out.write(bytes);
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        DataOutputStream framed = new DataOutputStream(frame);
        framed.writeByte(REQUEST);
        framed.writeInt(content.size());
        content.writeTo(framed);
        return frame.toByteArray();
    }

    private static long startTicks(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19]);
    }
}
