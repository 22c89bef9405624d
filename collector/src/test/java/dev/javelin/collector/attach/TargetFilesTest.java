package dev.javelin.collector.attach;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TargetFilesTest {
    private static final String HELD = "/proc/self/fd/7/lib.so";

    static Stream<Arguments> failures() {
        String full = "No space left on device in the /tmp of the process: free some";
        return Stream.of(
                Arguments.of(new FileSystemException(HELD, null, "No space left on device"), full),
                Arguments.of(new IOException("No space left on device"), full),
                Arguments.of(
                        new FileSystemException(HELD, null, "Disk quota exceeded"),
                        "Disk quota exceeded in the /tmp of the process: free some"),
                Arguments.of(new FileSystemException(HELD, null, "Read-only file system"), "Read-only file system"),
                Arguments.of(new AccessDeniedException(HELD), "permission denied"),
                Arguments.of(new NoSuchFileException(HELD), "NoSuchFileException"),
                Arguments.of(
                        new IOException("the profiler has not made its file"), "the profiler has not made its file"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldGiveTheReasonAndNotTheHeldFile(IOException failure, String reason) {
        assertThat(TargetFiles.reason(failure)).isEqualTo(reason);
    }
}
