package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.collector.elf.Tools;
import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.ProcMaps;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetLibrariesTest {
    private static final int SELF = (int) ProcessHandle.current().pid();

    @TempDir
    private Path directory;

    @Test
    void shouldFindTheLibrariesOfAJvm() throws Exception {
        TargetLibraries libraries = TargetLibraries.of(SELF);
        Path home = Path.of(System.getProperty("java.home")).toRealPath();

        assertThat(libraries.names()).contains("libjvm", "libjava", "libc");
        assertThat(Path.of(libraries.find("libjvm").pathToOpen()))
                .hasSameBinaryContentAs(home.resolve("lib/server/libjvm.so"));
        assertThat(libraries.find("libjvm.so")).isEqualTo(libraries.find("libjvm"));
        assertThat(libraries.find("libc").pathToOpen()).startsWith("/proc/" + SELF + "/root/");
    }

    @Test
    void shouldFindAFileByAnyPathThatLeadsToIt() throws Exception {
        TargetLibraries libraries = TargetLibraries.of(SELF);
        TargetLibrary libc = libraries.find("libc");
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of(libc.pathInTarget()));

        assertThat(libraries.find(libc.pathInTarget())).isEqualTo(libc);
        assertThat(libraries.find(link.toString())).isEqualTo(libc);
    }

    @Test
    void shouldTakeAFileThatIsNotMappedYet() throws Exception {
        Path later = Files.copy(Tools.libc(), directory.resolve("libx.so"));

        assertThat(TargetLibraries.of(SELF).find(later.toString()))
                .isEqualTo(new TargetLibrary(later.toString(), later.toString(), "/proc/" + SELF + "/root" + later));
    }

    @Test
    void shouldFindALibraryOfTheJdkThatIsNotMappedYet() throws Exception {
        Path home = Path.of(System.getProperty("java.home")).toRealPath();
        TargetLibraries libraries = TargetLibraries.of(SELF);
        assertThat(libraries.names()).doesNotContain("libsaproc");

        String path = home.resolve("lib/libsaproc.so").toString();
        TargetLibrary expected = new TargetLibrary(path, path, "/proc/" + SELF + "/root" + path);
        assertThat(libraries.find("libsaproc")).isEqualTo(expected);
        assertThat(libraries.find("libsaproc.so")).isEqualTo(expected);
    }

    /** The kernel would follow an absolute link of a container's from our root. */
    @Test
    void shouldFollowLinksAsTheProcessDoes() throws Exception {
        Path inner = Files.createDirectories(directory.resolve("a/b"));
        Path file = Files.writeString(inner.resolve("file"), "");
        Files.createSymbolicLink(directory.resolve("absolute"), inner);
        Files.createSymbolicLink(inner.resolve("relative"), Path.of("../../absolute/../b/./file"));
        Files.createSymbolicLink(directory.resolve("circle"), Path.of("circle"));
        RootPaths root = new RootPaths(SELF);

        assertThat(root.real(directory + "/absolute/relative")).isEqualTo(file.toString());
        assertThat(root.real(directory + "//absolute/./file")).isEqualTo(file.toString());
        assertThat(root.real("/../nowhere/x/../y")).isEqualTo("/nowhere/y");
        assertThatThrownBy(() -> root.real(directory + "/circle/x")).hasMessageContaining("too many symbolic links");
    }

    @Test
    void shouldNameWhatIsMappedWhenAskedForAnotherLibrary() throws Exception {
        TargetLibraries libraries = TargetLibraries.of(SELF);

        assertThatThrownBy(() -> libraries.find("libjwm"))
                .isInstanceOfSatisfying(
                        UnknownNameException.class, e -> assertThat(e.known()).contains("libjvm", "libc"))
                .hasMessageContaining("has no library 'libjwm' mapped");
        assertThatThrownBy(() -> libraries.find("/nowhere/libx.so"))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("none is at that path");
    }

    /** A library that is replaced on the disk, as package managers do it: the process runs the old one, and so that is the one to probe. */
    @Test
    void shouldOpenTheFileThatIsMappedAndNotTheOneThatReplacedIt() throws Exception {
        Tools.require("sleep");
        Path program = Files.copy(Path.of("/bin/sleep"), directory.resolve("nap"));
        byte[] original = Files.readAllBytes(program);
        Process process = new ProcessBuilder(program.toString(), "60").start();
        try {
            awaitMapped((int) process.pid(), program);
            Path other = Files.copy(Tools.libc(), directory.resolve("other"));
            Files.move(other, program, StandardCopyOption.REPLACE_EXISTING);

            TargetLibraries libraries = TargetLibraries.of((int) process.pid());
            for (String name : List.of("nap", program.toString())) {
                TargetLibrary found = libraries.find(name);
                assertThat(found.pathInTarget()).isEqualTo(program.toString());
                assertThat(Files.readAllBytes(Path.of(found.pathToOpen()))).isEqualTo(original);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static void awaitMapped(int pid, Path program) throws Exception {
        while (ProcMaps.read(pid).stream().noneMatch(m -> m.path().equals(program.toString()) && m.executable())) {
            Thread.sleep(5);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "libc      | /lib/libc.so.6",
                "libc.so   | /lib/libc.so.6",
                "libc.so.6 | /lib/libc.so.6",
                "libcrypto | /lib/libcrypto.so.3",
                "libm      | /lib/libm-2.31.so",
                "ld-linux-x86-64 | /lib/ld-linux-x86-64.so.2",
                "java      | /jdk/bin/java",
                "libfoo-2  | /lib/libfoo-2.so",
                "libz.so.1 | /lib/libz.so.1.3",
                "libz.so.1.3 | /lib/libz.so.1.3",
                "/jdk/lib/libz.so | /jdk/lib/libz.so",
            })
    void shouldKnowLibrariesByTheirNames(String name, String path) throws Exception {
        assertThat(mapped().find(name).pathInTarget()).isEqualTo(path);
    }

    @Test
    void shouldNotGuessWhichOfTwoIsMeant() throws Exception {
        assertThatThrownBy(() -> mapped().find("libz"))
                .isInstanceOf(JavelinException.class)
                .hasMessageContaining("several libraries")
                .hasMessageEndingWith("name one by its path: /lib/libz.so.1.3, /jdk/lib/libz.so");
        assertThat(mapped().names())
                .containsExactly(
                        "libc",
                        "libcrypto",
                        "libm",
                        "ld-linux-x86-64",
                        "java",
                        "libfoo-2",
                        "libz.so.1.3",
                        "/jdk/lib/libz.so");
    }

    @Test
    void shouldKnowTheCLibraryOfAlpine() throws Exception {
        assertThat(mapped("/lib/ld-musl-x86_64.so.1").find("libc").pathInTarget())
                .isEqualTo("/lib/ld-musl-x86_64.so.1");
    }

    private static TargetLibraries mapped() throws IOException {
        return mapped(
                "/lib/libc.so.6",
                "/lib/libcrypto.so.3",
                "/lib/libm-2.31.so",
                "/lib/ld-linux-x86-64.so.2",
                "/jdk/bin/java",
                "/lib/libfoo-2.so",
                "/lib/libz.so.1.3",
                "/jdk/lib/libz.so");
    }

    /** Mappings of this process, so that the files can be opened, with other names. */
    private static TargetLibraries mapped(String... paths) throws IOException {
        Mapping real = realMapping();
        List<Mapping> mappings = new ArrayList<>();
        for (String path : paths) {
            mappings.add(new Mapping(
                    real.start(), real.end(), true, false, true, 0, "00:01", 1 + mappings.size(), path, false));
        }
        return TargetLibraries.of(SELF, mappings);
    }

    private static Mapping realMapping() throws IOException {
        return ProcMaps.read(SELF).stream()
                .filter(m -> m.isFile() && m.executable())
                .findFirst()
                .orElseThrow();
    }
}
