package dev.javelin.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
    private static final long MILLIS = 10_000;

    @TempDir
    private Path directory;

    @Test
    void shouldTellWhoIsAtTheOtherEnd() throws IOException {
        Path path = directory.resolve("s");
        int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        int gid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
        UnixSocket.Peer self = new UnixSocket.Peer((int) ProcessHandle.current().pid(), uid, gid);
        try (UnixSocket server = UnixSocket.listen(path);
                UnixSocket client = UnixSocket.connect(path);
                UnixSocket accepted = server.accept(MILLIS).orElseThrow();
                Pidfd process = accepted.peerProcess()) {
            assertThat(accepted.peer()).isEqualTo(self);
            assertThat(client.peer()).isEqualTo(self);
            assertThat(process.ownsItsNumber()).isTrue();
            assertThat(process.hasEnded()).isFalse();
        }
    }

    @Test
    void shouldCarryMoreThanItHoldsAndThenEnd() throws Exception {
        Path path = directory.resolve("s");
        byte[] sent = new byte[3_000_000];
        new Random(7).nextBytes(sent);
        try (UnixSocket server = UnixSocket.listen(path);
                UnixSocket client = UnixSocket.connect(path);
                UnixSocket accepted = server.accept(MILLIS).orElseThrow()) {
            Thread writer = new Thread(() -> send(client, sent));
            writer.start();
            byte[] came = new byte[sent.length];
            int at = 0;
            while (at < came.length) {
                at += accepted.read(came, at, came.length - at, MILLIS);
            }
            writer.join();
            assertThat(came).isEqualTo(sent);
            assertThat(accepted.read(came, 0, 1, MILLIS)).isEqualTo(-1);
        }
    }

    private static void send(UnixSocket socket, byte[] bytes) {
        try {
            socket.write(bytes, 0, bytes.length, MILLIS);
            socket.shutdown();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldNotWaitForeverForASilentPeer() throws IOException {
        Path path = directory.resolve("s");
        try (UnixSocket server = UnixSocket.listen(path);
                UnixSocket client = UnixSocket.connect(path)) {
            assertThatThrownBy(() -> client.read(new byte[1], 0, 1, 20)).isInstanceOf(InterruptedIOException.class);
            assertThatThrownBy(() -> client.write(new byte[3_000_000], 0, 3_000_000, 20))
                    .isInstanceOf(InterruptedIOException.class);
            server.accept(MILLIS).orElseThrow().close();
            assertThatThrownBy(() -> client.write(new byte[1], 0, 1, MILLIS)).hasMessageContaining("EPIPE");
            assertThat(server.accept(20)).isEmpty();
        }
    }

    @Test
    void shouldSayWhyThereIsNoConnection() throws IOException {
        Path path = directory.resolve("s");
        assertThatThrownBy(() -> UnixSocket.connect(path)).hasMessageContaining("ENOENT");
        UnixSocket.listen(path).close();
        assertThatThrownBy(() -> UnixSocket.connect(path)).hasMessageContaining("ECONNREFUSED");
        assertThatThrownBy(() -> UnixSocket.listen(path)).hasMessageContaining("EADDRINUSE");
        assertThatThrownBy(() -> UnixSocket.connect(directory.resolve("s".repeat(200))))
                .hasMessageContaining("107 bytes");
    }
}
