package dev.javelin.collector.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadedLibrariesTest {
    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final String OWN = "libasyncProfiler-4.6.so";

    @TempDir
    private Path directory;

    private static LoadedLibraries loaded(String... paths) {
        List<Mapping> mappings = List.of(paths).stream()
                .map(path -> new Mapping(0x1000, 0x2000, true, false, true, 0, "00:01", 1, path, false))
                .toList();
        return new LoadedLibraries(SELF, mappings);
    }

    @Test
    void shouldTakeThisJvm() throws IOException {
        LoadedLibraries.of(SELF).requireHotSpot();
    }

    @Test
    void shouldRefuseWhatIsNoHotSpot() throws IOException {
        Path another = Files.copy(
                Path.of(System.getProperty("java.home"), "lib", "libzip.so"), directory.resolve("libjvm.so"));
        assertThatThrownBy(() -> loaded(another.toString()).requireHotSpot())
                .isInstanceOf(JavelinException.class)
                .hasMessageContaining("gHotSpotVMStructs");
        assertThatThrownBy(() -> loaded("/usr/lib/libc.so.6").requireHotSpot())
                .isInstanceOf(JavelinException.class)
                .hasMessageContaining("no libjvm.so");
        assertThatThrownBy(() -> loaded("/opt/j9/lib/default/libj9vm29.so", "/opt/j9/lib/server/libjvm.so")
                        .requireHotSpot())
                .isInstanceOf(JavelinException.class)
                .hasMessageContaining("OpenJ9");
    }

    /** An update of the JDK may have deleted it. */
    @Test
    void shouldTakeAJvmWhoseFileCannotBeRead() {
        assertThatCode(() -> loaded("/nowhere/libjvm.so").requireHotSpot()).doesNotThrowAnyException();
    }

    /** It may go on there. */
    @ParameterizedTest
    @CsvSource({
        "/tmp/.javelin-7-00-user/libasyncProfiler-4.6.so, true",
        "/tmp/.javelin-7-00-user/libasyncProfiler-4.5.so, false",
        "/opt/async-profiler/lib/libasyncProfiler-4.6.so, false",
        "/tmp/.javelin-7-00-user/lock, false"
    })
    void shouldKnowItsOwnProfiler(String library, boolean own) {
        assertThat(loaded("/usr/lib/libc.so.6", library).hasOwn(OWN)).isEqualTo(own);
    }

    @ParameterizedTest
    @CsvSource({
        "/tmp/.javelin-7-00-user/libasyncProfiler-4.6.so, ''",
        "/tmp/.javelin-7-00-user/libasyncProfiler-4.5.so, another version of Javelin",
        "/opt/async-profiler/lib/libasyncProfiler.so, another async-profiler"
    })
    void shouldRefuseAnotherProfiler(String library, String message) {
        LoadedLibraries loaded = loaded("/usr/lib/libc.so.6", library);
        if (message.isEmpty()) {
            loaded.requireNoOther("libasyncProfiler", OWN);
        } else {
            assertThatThrownBy(() -> loaded.requireNoOther("libasyncProfiler", OWN))
                    .isInstanceOf(JavelinException.class)
                    .hasMessageContaining(message)
                    .hasMessageContaining("restart the application");
        }
    }
}
