package dev.javelin.collector.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.collector.elf.Tools;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFilesTest {
    private static final int SELF = (int) ProcessHandle.current().pid();

    @TempDir
    Path directory;

    private static MappedByteBuffer map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
    }

    private static Mapping mapping(int pid, String path) throws IOException {
        for (Mapping mapping : ProcMaps.read(pid)) {
            if (mapping.path().equals(path)) {
                return mapping;
            }
        }
        throw new AssertionError(path + " is not mapped by " + pid);
    }

    private static void assumeMapFiles() {
        Assumptions.assumeTrue(
                Files.isReadable(Path.of("/proc/self/map_files")) && ProcMapsAccess.mapFiles(),
                "map_files needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE");
    }

    /** Whether map_files can be followed here. */
    private static final class ProcMapsAccess {
        static boolean mapFiles() {
            try {
                for (Mapping mapping : ProcMaps.read(SELF)) {
                    if (mapping.fileName().equals("libjvm.so")) {
                        return ProcFiles.open(SELF, mapping).toString().contains("map_files");
                    }
                }
                return false;
            } catch (IOException e) {
                return false;
            }
        }
    }

    @Test
    void shouldOpenADeletedFile() throws Exception {
        assumeMapFiles();
        Path file = Files.writeString(directory.resolve("deleted.txt"), "what was mapped");
        MappedByteBuffer kept = map(file);
        Files.delete(file);
        Mapping mapping = mapping(SELF, file.toString());
        assertThat(mapping.deleted()).isTrue();
        assertThat(Files.readString(ProcFiles.open(SELF, mapping))).isEqualTo("what was mapped");
        assertThat(kept.get(0)).isEqualTo((byte) 'w');
    }

    @Test
    void shouldOpenTheMappedFileAndNotTheOneThatReplacedIt() throws Exception {
        assumeMapFiles();
        Path file = Files.writeString(directory.resolve("replaced.txt"), "old");
        MappedByteBuffer kept = map(file);
        Path other = Files.writeString(directory.resolve("new.txt"), "new");
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(Files.readString(ProcFiles.open(SELF, mapping(SELF, file.toString()))))
                .isEqualTo("old");
        assertThat(kept.get(0)).isEqualTo((byte) 'o');
    }

    @Test
    void shouldFallBackToTheNameWhenTheMappingChanged() throws Exception {
        Path file = Files.writeString(directory.resolve("there.txt"), "there");
        long inode = (Long) Files.getAttribute(file, "unix:ino");
        Mapping stale = new Mapping(0x1000, 0x2000, true, false, true, 0, "00:00", inode, file.toString(), false);
        Path opened = ProcFiles.open(SELF, stale);
        assertThat(opened).hasToString("/proc/" + SELF + "/root" + file);
        assertThat(Files.readString(opened)).isEqualTo("there");
    }

    @Test
    void shouldSayThatADeletedFileIsMappedNoMore() throws Exception {
        assumeMapFiles();
        Path file = Files.writeString(directory.resolve("gone.txt"), "another file by that name");
        Mapping stale = new Mapping(0x1000, 0x2000, true, false, true, 0, "00:00", 1, file.toString(), true);
        assertThatThrownBy(() -> ProcFiles.open(SELF, stale))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot open " + file + " of process " + SELF
                        + ": it was deleted or replaced, and is mapped no more");
    }

    @Test
    void shouldSayThatAMappingHasNoFile() throws Exception {
        Mapping stack = mapping(SELF, "[stack]");
        assertThatThrownBy(() -> ProcFiles.open(SELF, stack)).hasMessageEndingWith("has no file: [stack]");
    }

    @Test
    void shouldSayThatTheProcessIsGone() throws Exception {
        Mapping mapping = new Mapping(0x1000, 0x2000, true, false, true, 0, "00:00", 1, "/nowhere", false);
        assertThatThrownBy(() -> ProcFiles.open(999_999_999, mapping)).isInstanceOf(ProcessGoneException.class);
    }

    @Test
    void shouldOpenAFileOfAnotherMountNamespace() throws Exception {
        Tools.require("unshare", "mount", "cp", "sleep");
        Path hidden = Files.createDirectory(directory.resolve("hidden"));
        String script = "mount -t tmpfs none " + hidden + " && cp \"$(command -v sleep)\" " + hidden
                + "/nap && echo ready && exec " + hidden + "/nap 60";
        Process process = new ProcessBuilder("unshare", "--mount", "sh", "-c", script).start();
        try {
            Assumptions.assumeTrue(process.getInputStream().read() == 'r', "mount namespaces are not permitted");
            int pid = (int) process.pid();
            Path nap = hidden.resolve("nap");
            awaitExec(pid, nap.toString());
            assertThat(nap).doesNotExist();
            Mapping mapping = mapping(pid, nap.toString());
            assertThat(Files.size(ProcFiles.open(pid, mapping))).isPositive();
            // a stale range, as after a remapping: by name, in that process's root
            Mapping stale = new Mapping(
                    0x1000, 0x2000, true, false, true, 0, mapping.device(), mapping.inode(), mapping.path(), false);
            assertThat(ProcFiles.open(pid, stale)).hasToString("/proc/" + pid + "/root" + nap);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static void awaitExec(int pid, String path) throws Exception {
        while (true) {
            for (Mapping mapping : ProcMaps.read(pid)) {
                if (mapping.path().equals(path)) {
                    return;
                }
            }
            Thread.sleep(5);
        }
    }

    @Test
    void shouldNameTheMissingPrivilege() throws Exception {
        Tools.require("setpriv");
        Assumptions.assumeTrue(
                ProcessInfo.read(SELF).uid() == 0, "only root can become another user without privileges");
        String output = new String(
                new ProcessBuilder(
                                "setpriv",
                                "--reuid=65534",
                                "--regid=65534",
                                "--clear-groups",
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Unprivileged.class.getName(),
                                String.valueOf(SELF))
                        .redirectErrorStream(true)
                        .start()
                        .getInputStream()
                        .readAllBytes(),
                java.nio.charset.StandardCharsets.UTF_8);
        assertThat(output)
                .contains("mem: cannot read /proc/" + SELF + "/mem: permission denied")
                .contains("file: cannot open /usr/lib/nothing.so of process " + SELF)
                .contains("CAP_SYS_PTRACE")
                .contains("java: false")
                .contains("kernel: no kernel symbols: the kernel hides their addresses");
    }

    /** What the test above runs as another user. */
    static final class Unprivileged {
        private Unprivileged() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] arguments) {
            int pid = Integer.parseInt(arguments[0]);
            Mapping mapping = new Mapping(0x1000, 0x2000, true, false, true, 0, "0:0", 1, "/usr/lib/nothing.so", true);
            try {
                ProcFiles.open(pid, mapping);
            } catch (IOException e) {
                System.out.println("file: " + e.getMessage());
            }
            try (TargetMemory memory = TargetMemory.open(pid)) {
                System.out.println("mem: opened " + memory.pid());
            } catch (IOException e) {
                System.out.println("mem: " + e.getMessage());
            }
            System.out.println("java: " + ProcessInfo.isJava(pid));
            System.out.println("kernel: " + new Kallsyms().unavailableReason());
        }
    }
}
