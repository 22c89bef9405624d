package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputsTest {
    @TempDir
    Path directory;

    private static void write(Path file) throws IOException {
        Outputs.write(Samples.mixed(true), Samples.info(), ReportOptions.defaults(), file);
    }

    @Test
    void shouldKnowFormatsByExtension() {
        assertThat(Outputs.supports("a.html")).isTrue();
        assertThat(Outputs.supports("/x/A.JFR")).isTrue();
        assertThat(Outputs.supports("a.collapsed")).isTrue();
        assertThat(Outputs.supports("a.svg")).isFalse();
        assertThat(Outputs.supports("html")).isFalse();
        assertThat(Outputs.needsSamples("a.jfr")).isTrue();
        assertThat(Outputs.needsSamples("a.html")).isFalse();
        assertThatThrownBy(() -> write(directory.resolve("a.svg")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(".html .collapsed .jfr");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.html", "a.collapsed", "a.jfr"})
    void shouldReplaceAnOlderReportAndLeaveNothingElse(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, "old");
        write(file);
        assertThat(Files.size(file)).isGreaterThan(300);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.html", "a.collapsed", "a.jfr"})
    void shouldFailClearlyWithoutADirectory(String name) {
        assertThatThrownBy(() -> write(directory.resolve("nowhere").resolve(name)))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("nowhere: no such directory");
        assertThatThrownBy(() -> {
                    Files.createDirectory(directory.resolve(name));
                    write(directory.resolve(name));
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is a directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.html", "a.collapsed"})
    void shouldFailOnAFullDisk(String name) throws IOException {
        Path full = Path.of("/dev/full");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full), "skipped: there is no /dev/full");
        Path link = Files.createSymbolicLink(directory.resolve(name), full);
        assertThatThrownBy(() -> write(link))
                .isInstanceOf(IOException.class)
                .hasMessage(link + ": No space left on device");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void shouldRefuseToWriteJfrToADevice() {
        Path link = directory.resolve("a.jfr");
        assertThatThrownBy(() -> write(Files.createSymbolicLink(link, Path.of("/dev/null"))))
                .isInstanceOf(IOException.class)
                .hasMessage(link + ": a JFR file can be written neither to a pipe nor to a device");
    }

    @Test
    void shouldFollowALinkInsteadOfReplacingIt() throws IOException {
        Path real = Files.writeString(directory.resolve("real.txt"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("a.collapsed"), real);
        write(link);
        assertThat(link).isSymbolicLink();
        assertThat(real).content().contains("app/Work.loop");
    }
}
