package dev.javelin.collector.elf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.ProcFiles;
import dev.javelin.collector.proc.ProcMaps;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DebugFilesTest {
    private static final String SOURCE =
            "__attribute__((noinline)) static int hidden(int n) { return n * 3; } int f(int n) { return hidden(n); }";

    @TempDir
    Path directory;

    private Path library;
    private Path debug;

    @BeforeEach
    void compile() {
        Tools.require("cc", "objcopy");
    }

    /** A stripped library with a link to its debug file, which lies elsewhere. */
    private void split(String buildId) throws Exception {
        library = Tools.compile(
                directory, "l.c", SOURCE, "-shared", "-fPIC", "-O1", "-fno-ipa-icf", "-Wl,--build-id=" + buildId);
        debug = Files.createDirectories(directory.resolve("elsewhere")).resolve("l.debug");
        Tools.run("objcopy", "--only-keep-debug", library.toString(), debug.toString());
        Tools.run("objcopy", "--strip-all", "--add-gnu-debuglink=" + debug, library.toString());
    }

    private static boolean knowsHidden(Path path) throws IOException {
        return ElfFile.open(path).address("hidden").isPresent();
    }

    @Test
    void shouldFollowTheLinkBesideTheFile() throws Exception {
        split("none");
        assertThat(knowsHidden(library)).isFalse();
        Files.copy(debug, directory.resolve("l.debug"));
        assertThat(knowsHidden(library)).isTrue();
        ElfFile file = ElfFile.open(library);
        long hidden = file.address("hidden").getAsLong();
        assertThat(file.symbols().nameAt(hidden + 1)).isEqualTo("hidden");
        assertThat(file.debugFile()).isNotNull();
        file.close();
    }

    @Test
    void shouldFollowTheLinkToTheHiddenDirectory() throws Exception {
        split("sha1");
        Files.createDirectory(directory.resolve(".debug"));
        Files.copy(debug, directory.resolve(".debug/l.debug"));
        assertThat(knowsHidden(library)).isTrue();
    }

    @Test
    void shouldRejectAFileWithAnotherChecksum() throws Exception {
        split("none");
        byte[] bytes = Files.readAllBytes(debug);
        bytes[bytes.length - 1] ^= 1;
        Files.write(directory.resolve("l.debug"), bytes);
        assertThat(knowsHidden(library)).isFalse();
    }

    @Test
    void shouldRejectAFileWithAnotherBuildId() throws Exception {
        split("0x1234567890");
        Path own = library;
        Path right = debug;
        Path wrong = directory.resolve("l.debug");
        Files.copy(right, wrong);
        assertThat(knowsHidden(own)).isTrue();
        byte[] bytes = Files.readAllBytes(wrong);
        int at = indexOf(bytes, new byte[] {0x12, 0x34, 0x56, 0x78, (byte) 0x90});
        bytes[at] = 0x13;
        Files.write(wrong, bytes);
        assertThat(knowsHidden(own)).isFalse();
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int i = 0; i + part.length <= bytes.length; i++) {
            if (java.util.Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }

    @Test
    void shouldNotWaitForAPipe() throws Exception {
        split("none");
        Tools.require("mkfifo");
        Tools.run("mkfifo", directory.resolve("l.debug").toString());
        assertThat(knowsHidden(library)).isFalse();
    }

    @Test
    void shouldLookBesideTheMappedFileOfAProcess() throws Exception {
        split("sha1");
        Files.copy(debug, directory.resolve("l.debug"));
        try (FileChannel channel = FileChannel.open(library, StandardOpenOption.READ)) {
            channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
        int self = (int) ProcessHandle.current().pid();
        for (Mapping mapping : ProcMaps.read(self)) {
            if (mapping.path().equals(library.toString())) {
                assertThat(knowsHidden(ProcFiles.open(self, mapping))).isTrue();
                assertThat(knowsHidden(Path.of("/proc/" + self + "/root" + library)))
                        .isTrue();
                return;
            }
        }
        throw new AssertionError("not mapped");
    }

    @Test
    void shouldFindFilesByBuildIdBelowTheRootOfAProcess() throws Exception {
        Tools.require("unshare");
        split("0xabcdef0123456789");
        Path store = Files.createDirectories(directory.resolve("root/usr/lib/debug/.build-id/ab"));
        Files.copy(debug, store.resolve("cdef0123456789.debug"));
        Files.copy(library, directory.resolve("root/l.so"));
        Path sleep = directory.resolve("root/sleep");
        Tools.run("cc", "-static", "-o", sleep.toString(), sleepSource().toString());
        Process process;
        try {
            process = new ProcessBuilder("unshare", "--root=" + directory.resolve("root"), "/sleep").start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        try {
            org.junit.jupiter.api.Assumptions.assumeTrue(
                    process.getInputStream().read() == 'r', "chroot is not permitted");
            Path inRoot = Path.of("/proc/" + process.pid() + "/root/l.so");
            assertThat(knowsHidden(inRoot)).isTrue();
            assertThat(knowsHidden(library)).isFalse();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private Path sleepSource() throws IOException {
        return Files.writeString(
                directory.resolve("sleep.c"),
                "#include <unistd.h>\nint main(void) { write(1, \"r\", 1); return pause(); }\n");
    }

    @Test
    void shouldHaveNone() throws Exception {
        split("sha1");
        assertThat(ElfFile.open(library).debugFile()).isNull();
        assertThat(ElfFile.of(java.nio.ByteBuffer.wrap(Files.readAllBytes(library)))
                        .debugFile())
                .isNull();
    }
}
