package dev.javelin.collector.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.javelin.bpf.UnixSocket;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class HandoverTest {
    private static final long ANSWER_MILLIS = 300;
    private static final Request REQUEST = new Request(1, 1, ".html", "javelin record 1", List.of());

    @TempDir
    private Path directory;

    private static final class Silent implements Handover.Listener {
        @Override
        public void started() {}

        @Override
        public void message(String line) {}
    }

    /** Who listens is connected to by the kernel, and takes nothing: so is a daemon that is frozen. */
    @Test
    @Timeout(60)
    void shouldNotWaitForEverForADaemonThatIsFrozen() throws IOException {
        assumeTrue((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "only root's daemon is trusted");
        Path socket = directory.resolve("daemon.sock");
        UnixSocket frozen = UnixSocket.listen(socket);
        try {
            Handover handover = new Handover(socket, new Silent(), ANSWER_MILLIS);
            handover.stop();
            assertThatThrownBy(() -> handover.record(REQUEST, directory.resolve("report.html")))
                    .isInstanceOf(JavelinException.class)
                    .hasMessageContaining("since it was told to end");
            assertThat(directory.resolve("report.html")).doesNotExist();
        } finally {
            frozen.close();
        }
    }
}
