package dev.javelin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CollectorJavaTest {
    @TempDir
    private Path root;

    private Path jdk8;
    private Path jdk17;
    private Path jdk21;

    @BeforeEach
    void install() throws IOException {
        jdk8 = java("jdk8", "1.8.0_442");
        jdk17 = java("jdk17", "17.0.15");
        jdk21 = java("jdk21", "21");
        Files.createFile(root.resolve("a-file"));
        Files.createDirectory(root.resolve("no-java"));
    }

    @Test
    void theApplicationsOwnIfItIsNewEnough() throws AgentException {
        assertThat(java(Map.of()).find(jdk17, "17")).isEqualTo(jdk17);
    }

    @Test
    void theLaunchersIfItsArchiveIsThere() throws IOException, AgentException {
        keep(jdk17, "rw-r--r--", "r--r--r--");
        assertThat(java(Map.of()).find(jdk21, "21")).isEqualTo(jdk17);
        assertThat(java(Map.of()).find(jdk8, "1.8")).isEqualTo(jdk17);
        assertThat(named(jdk21).find(jdk21, "21")).isEqualTo(jdk21);
    }

    @ParameterizedTest
    @CsvSource({"rw-rw-r--, r--r--r--", "rw-r--rw-, r--r--r--", "rw-r--r--, r--rw-r--", "rw-r--r--, r--r--rw-"})
    void notTheLaunchersIfOthersMayHaveNamedItOrMadeItsArchive(String note, String archive) throws Exception {
        keep(jdk17, note, archive);
        assertThat(java(Map.of()).find(jdk21, "21")).isEqualTo(jdk21);
    }

    @Test
    void notTheLaunchersIfThatIsGone() throws IOException, AgentException {
        keep(jdk17, "rw-r--r--", "r--r--r--");
        Files.delete(jdk17.resolve("bin/java"));
        assertThat(java(Map.of()).find(jdk21, "21")).isEqualTo(jdk21);
    }

    @Test
    void theNewestInstalledForAnOldApplication() throws AgentException {
        assertThat(java(Map.of()).find(jdk8, "1.8")).isEqualTo(jdk21);
        assertThat(java(Map.of()).find(jdk8, "11")).isEqualTo(jdk21);
    }

    @Test
    void theNewestInstalledForAnApplicationWithoutALauncher() throws AgentException {
        assertThat(java(Map.of()).find(root.resolve("no-java"), "25")).isEqualTo(jdk21);
    }

    @Test
    void javaHomeCountsAsInstalled() throws IOException, AgentException {
        Path elsewhere = java("deeper/jdk26", "26-ea");
        assertThat(java(Map.of("JAVA_HOME", elsewhere.toString())).find(jdk8, "1.8"))
                .isEqualTo(elsewhere);
        assertThat(java(Map.of("JAVA_HOME", "\0")).find(jdk8, "1.8")).isEqualTo(jdk21);
    }

    @Test
    void theNamedOneBeforeAllOthers() throws AgentException {
        assertThat(named(jdk17).find(jdk21, "21")).isEqualTo(jdk17);
    }

    @Test
    void aNamedOneThatIsNone() {
        assertThatThrownBy(() -> named(root.resolve("no-java")).find(jdk21, "21"))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("no-java has no bin/java");
    }

    @Test
    void aNamedOneThatIsTooOld() {
        assertThatThrownBy(() -> named(jdk8).find(jdk21, "21"))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("jdk8 is Java 8: the collector needs Java 17");
    }

    @Test
    void noneAtAll() {
        List<Path> roots = List.of(root.resolve("none"), root.resolve("no-java"));
        assertThatThrownBy(() -> new CollectorJava(Map.of(), roots, jar()).find(jdk8, "1.8"))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("JAVELIN_JAVA_HOME");
    }

    private CollectorJava java(Map<String, String> environment) {
        return new CollectorJava(environment, List.of(root.resolve("none"), root), jar());
    }

    private Path jar() {
        return root.resolve("javelin/javelin.jar");
    }

    /** What the launcher keeps beside the jar: which Java it starts, and the archive of loaded classes for that. */
    private void keep(Path home, String noteMode, String archiveMode) throws IOException {
        Files.createDirectories(jar().getParent());
        Files.writeString(jar(), "jar");
        Path note = Files.writeString(jar().resolveSibling("javelin.jdk"), home + "\n");
        Files.setPosixFilePermissions(note, PosixFilePermissions.fromString(noteMode));
        Path libjvm = home.resolve("lib/server/libjvm.so");
        Files.createDirectories(libjvm.getParent());
        Files.writeString(libjvm, "libjvm");
        Path archive = jar().resolveSibling("javelin-" + Files.getAttribute(libjvm, "unix:ino") + "-"
                + Files.getLastModifiedTime(libjvm).to(TimeUnit.SECONDS) + ".jsa");
        Files.writeString(archive, "archive");
        Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString(archiveMode));
    }

    private CollectorJava named(Path home) {
        return java(Map.of("JAVELIN_JAVA_HOME", home.toString()));
    }

    private Path java(String name, String version) throws IOException {
        Path home = root.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        assertThat(Files.createFile(home.resolve("bin/java")).toFile().setExecutable(true))
                .isTrue();
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }
}
