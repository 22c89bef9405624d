package dev.javelin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        assertThatThrownBy(() -> new CollectorJava(Map.of(), roots).find(jdk8, "1.8"))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("JAVELIN_JAVA_HOME");
    }

    private CollectorJava java(Map<String, String> environment) {
        return new CollectorJava(environment, List.of(root.resolve("none"), root));
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
