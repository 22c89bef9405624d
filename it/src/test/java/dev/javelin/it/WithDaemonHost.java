package dev.javelin.it;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Tests with one daemon for them all; none leaves anything behind. */
abstract class WithDaemonHost {
    static DaemonHost host;

    @BeforeAll
    static void start() throws IOException {
        host = DaemonHost.start();
    }

    @AfterAll
    static void stop() {
        if (host != null) {
            host.close();
            host = null;
        }
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        host.assertClean();
    }
}
