package dev.javelin.collector.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.bpf.PathFd;
import dev.javelin.bpf.Posix;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The directory with the FIFOs, and what comes through them; this process is the application. */
class AgentLinkTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path tmp;

    private ProcessInfo self;
    private AgentDirectory directory;

    @BeforeEach
    void create() throws IOException {
        self = ProcessInfo.read((int) ProcessHandle.current().pid());
        try (PathFd root = PathFd.rootOf(self.pid())) {
            directory = AgentDirectory.create(
                    root.directory(tmp.toString()), ".javelin", self, Map.of("methods.jar", new byte[] {1}));
        }
    }

    private Path made(String file) {
        return tmp.resolve(".javelin").resolve(file);
    }

    private AgentLink link() throws IOException {
        AgentLink link = new AgentLink(self, directory.openFifo("commands"), directory.openFifo("answers"));
        link.listen();
        return link;
    }

    private Thread writer(String text, int times) {
        Thread thread = new Thread(() -> {
            byte[] bytes = text.repeat(100).getBytes(StandardCharsets.UTF_8);
            try (OutputStream out = Files.newOutputStream(made("answers"))) {
                for (int i = 0; i < times / 100; i++) {
                    out.write(bytes);
                }
                out.write(".\n".getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // the link is closed
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** The agent ends with it. */
    @Test
    void anErrorEndsAnAnswer() throws IOException {
        try (AgentLink link = link();
                OutputStream out = Files.newOutputStream(made("answers"))) {
            out.write("layout\t1\nerror\tno room\n".getBytes(StandardCharsets.UTF_8));
            assertThat(link.answers(SOON)).containsExactly(List.of("layout", "1"), List.of("error", "no room"));
        }
        directory.delete();
    }

    @Test
    void nothingIsLeft() throws IOException {
        assertThat(made("methods.jar")).hasBinaryContent(new byte[] {1});
        assertThat((int) Files.getAttribute(made("."), "unix:mode") & 07777).isEqualTo(0700);
        directory.delete();
        assertThat(tmp).isEmptyDirectory();
    }

    @Test
    void aDirectoryThatIsThereIsNotUsed() throws IOException {
        try (PathFd root = PathFd.rootOf(self.pid())) {
            AgentDirectory other = AgentDirectory.create(
                    root.directory(tmp.toString()), ".javelin", self, Map.of("asm.jar", new byte[1]));
            assertThat(other.inside()).matches("/tmp/\\.javelin-[-0-9a-f]{36}");
            other.delete();
        }
        assertThat(made("asm.jar")).doesNotExist();
        directory.delete();
    }

    @Test
    void theNameIsTheSameEachTime() throws IOException {
        assertThat(AgentDirectory.name(self))
                .matches("\\.javelin-" + self.nsPid() + "-[0-9a-f]{32}")
                .isEqualTo(AgentDirectory.name(self));
    }

    @ParameterizedTest
    @ValueSource(strings = {"link", "file", "nothing"})
    void whatIsPutInThePlaceOfAFifoIsNotOpened(String what) throws IOException {
        Path victim = Files.writeString(tmp.resolve("victim"), "untouched");
        Files.delete(made("commands"));
        if (what.equals("link")) {
            Files.createSymbolicLink(made("commands"), victim);
        } else if (what.equals("file")) {
            Files.createFile(made("commands"));
        }
        assertThatThrownBy(() -> directory.openFifo("commands")).isInstanceOf(IOException.class);
        assertThat(victim).hasContent("untouched");
    }

    @Test
    void aFileSystemThatCannotBeWrittenIsToldInOneLine() throws IOException {
        try (PathFd root = PathFd.rootOf(self.pid())) {
            assertThatThrownBy(() -> AgentDirectory.create(root.directory("proc"), "none", self, Map.of()))
                    .isInstanceOf(JavelinException.class)
                    .hasMessageContaining("cannot write to its /tmp")
                    .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1).doesNotContain("/proc/self/fd"));
        }
    }

    @Test
    void anAnswerIsItsLines() throws Exception {
        try (AgentLink link = link()) {
            writer("class\ta.B\n", 5_000);
            assertThat(link.answers(SOON)).hasSize(5_000).containsOnly(List.of("class", "a.B"));
            assertThat(link.awaitExit(Duration.ZERO)).isFalse();
            writer("exit\n", 100);
            assertThat(link.awaitExit(SOON)).isTrue();
        }
    }

    @Test
    void aLineWithoutEndIsNoAnswer() throws Exception {
        try (AgentLink link = link()) {
            writer("x".repeat(1_000), 2_000);
            assertThatThrownBy(() -> link.answers(SOON)).hasMessageContaining("answers more than");
        }
    }

    @Test
    void anAnswerWithoutEndIsNoAnswer() throws Exception {
        try (AgentLink link = link()) {
            writer("\n", 2_000_000);
            assertThatThrownBy(() -> link.answers(SOON)).hasMessageContaining("answers more than");
        }
    }

    @Test
    void whoSaysNothingIsNotWaitedForLonger() throws Exception {
        try (AgentLink link = link()) {
            assertThatThrownBy(() -> link.answer(Duration.ofMillis(1))).hasMessageContaining("has not answered");
        }
    }

    /** Posix.makeFifo must not follow it. */
    @Test
    void aFifoIsNotMadeWhereALinkIs() throws IOException {
        Files.createSymbolicLink(tmp.resolve("link"), tmp.resolve("elsewhere"));
        assertThatThrownBy(() -> Posix.makeFifo(tmp.resolve("link"))).hasMessageContaining("EEXIST");
        assertThat(tmp.resolve("elsewhere")).doesNotExist();
    }
}
