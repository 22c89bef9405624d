package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathFdTest {
    @TempDir
    Path directory;

    private int uid;

    @BeforeEach
    void fill() throws IOException {
        uid = (int) Files.getAttribute(directory, "unix:uid");
        Files.createDirectory(directory.resolve("jail"));
        Files.createDirectory(directory.resolve("jail/tmp"));
        Files.createDirectory(directory.resolve("outside"));
        Files.writeString(directory.resolve("jail/tmp/file"), "inside");
    }

    private static PathFd self() throws IOException {
        return PathFd.rootOf((int) ProcessHandle.current().pid());
    }

    private PathFd jail() throws IOException {
        try (PathFd root = self()) {
            return root.directory(directory.resolve("jail").toString());
        }
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(directory.resolve("jail").resolve(name), Path.of(target));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tmp", "tmp", "../tmp", "/../../tmp", "/tmp/../tmp"})
    void linksBeginAtTheDirectoryAndStayBelowIt(String target) throws IOException {
        link("link", target);
        try (PathFd jail = jail();
                PathFd found = jail.directory("link")) {
            assertThat(found.path().toRealPath()).isEqualTo(directory.resolve("jail/tmp"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "../outside, No such file or directory",
        "OUTSIDE, No such file or directory",
        "tmp/file, Not a directory",
        "/proc/self/root, No such file or directory"
    })
    void aLinkThatWouldLeadOutLeadsNowhere(String target, String reason) throws IOException {
        link("link", target.replace("OUTSIDE", directory.resolve("outside").toString()));
        try (PathFd jail = jail()) {
            assertThatThrownBy(() -> jail.directory("link"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(reason);
        }
    }

    @Test
    void theKernelsOwnLinksAreNotFollowed() throws IOException {
        try (PathFd root = self()) {
            assertThatThrownBy(() -> root.directory("proc/self/cwd")).hasMessageContaining("symbolic links");
        }
    }

    @Test
    void anEntryIsTheLinkItself() throws IOException {
        link("link", "tmp/file");
        try (PathFd jail = jail();
                PathFd link = jail.entry("link");
                PathFd tmp = jail.entry("tmp")) {
            assertThat(link.is(PathFd.Type.SYMBOLIC_LINK, uid)).isTrue();
            assertThat(tmp.is(PathFd.Type.DIRECTORY, uid)).isTrue();
            assertThat(tmp.is(PathFd.Type.DIRECTORY, uid + 1)).isFalse();
            assertThat(tmp.is(PathFd.Type.SOCKET, uid)).isFalse();
            assertThatThrownBy(() -> jail.entry("none")).isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test
    void whatIsHeldRemainsTheSame() throws IOException {
        Path tmp = directory.resolve("jail/tmp");
        try (PathFd jail = jail();
                PathFd held = jail.entry("tmp")) {
            Files.move(tmp, directory.resolve("outside/moved"));
            Files.createSymbolicLink(tmp, directory.resolve("outside"));
            assertThat(Files.readString(held.path().resolve("file"))).isEqualTo("inside");
            Posix.makeFifo(held.path().resolve("fifo"));
            assertThat(directory.resolve("outside/moved/fifo")).exists();
        }
    }

    @Test
    void aClosedOneLeadsNowhere() throws IOException {
        PathFd jail = jail();
        jail.close();
        jail.close();
        assertThatThrownBy(jail::path).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> jail.entry("tmp")).isInstanceOf(IOException.class);
    }

    @Test
    void aNamedOneNeedsNotBeHeld() throws IOException {
        link("link", "tmp/file");
        link("dangling", "none");
        try (PathFd jail = PathFd.named(directory.resolve("jail"));
                PathFd tmp = jail.directory("tmp");
                PathFd file = tmp.entry("file");
                PathFd link = jail.entry("link");
                PathFd dangling = jail.entry("dangling")) {
            assertThat(tmp.path()).isEqualTo(directory.resolve("jail/tmp").toRealPath());
            assertThat(tmp.is(PathFd.Type.DIRECTORY, uid)).isTrue();
            assertThat(file.is(PathFd.Type.FILE, uid)).isTrue();
            assertThat(file.is(PathFd.Type.FILE, uid + 1)).isFalse();
            assertThat(link.is(PathFd.Type.FILE, uid)).isFalse();
            assertThat(link.is(PathFd.Type.SYMBOLIC_LINK, uid)).isTrue();
            assertThat(dangling.is(PathFd.Type.SYMBOLIC_LINK, uid)).isTrue();
            assertThatThrownBy(() -> jail.entry("none")).isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(() -> jail.directory("none")).isInstanceOf(NoSuchFileException.class);
        }
    }
}
