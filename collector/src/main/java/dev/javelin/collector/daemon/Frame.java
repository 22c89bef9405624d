package dev.javelin.collector.daemon;

import java.nio.charset.StandardCharsets;

/**
 * One message between a client and the daemon. All numbers are big-endian; texts are UTF-8.
 *
 * <pre>
 * frame    u8 type, u32 length, so many bytes
 *
 * client   Q  the request, the first frame and the only one of its kind: see {@link Request}; at most 16 KB, within 5 s
 *          S  empty: end the recording and send the report
 * daemon   R  empty: everything is recorded from now on
 *          M  a line for the user
 *          D  a part of the report, at most 64 KB
 *          E  the last frame: u8 exit status (0: the report was sent; 1, 2: as of a command), and a line: the recording's
 *             summary, or what went wrong if that was not in an M
 * </pre>
 *
 * A client that closes its side, or sends anything else, ends its recording, and gets no report.
 */
final class Frame {
    /** Bytes of type and length. */
    static final int HEADER = 5;

    /** The kinds, with the most bytes that each may have. */
    enum Type {
        REQUEST('Q', 16 << 10),
        STOP('S', 0),
        STARTED('R', 0),
        MESSAGE('M', 16 << 10),
        REPORT('D', 64 << 10),
        END('E', 16 << 10);

        private final int code;
        private final int most;

        Type(int code, int most) {
            this.code = code;
            this.most = most;
        }

        int code() {
            return code;
        }

        int most() {
            return most;
        }

        /** Null if there is none. */
        static Type of(int code) {
            for (Type type : values()) {
                if (type.code == code) {
                    return type;
                }
            }
            return null;
        }
    }

    private final Type type;
    private final byte[] content;

    /** {@code content} must not be changed afterwards. */
    Frame(Type type, byte[] content) {
        this.type = type;
        this.content = content;
    }

    Type type() {
        return type;
    }

    byte[] content() {
        return content;
    }

    /** The content as a text, after so many bytes. */
    String text(int from) {
        return new String(content, from, content.length - from, StandardCharsets.UTF_8);
    }
}
