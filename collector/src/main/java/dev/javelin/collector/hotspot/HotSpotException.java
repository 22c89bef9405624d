package dev.javelin.collector.hotspot;

import java.io.IOException;

/**
 * A process that cannot be understood as a HotSpot JVM: not one at all, already gone, still starting, or a build whose
 * tables lack an entry that is needed. The message is one line that names the process and the reason.
 */
public final class HotSpotException extends IOException {
    private static final long serialVersionUID = 1L;

    HotSpotException(String message) {
        super(message);
    }

    HotSpotException(String message, Throwable cause) {
        super(message, cause);
    }
}
