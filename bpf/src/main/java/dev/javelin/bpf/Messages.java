package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibBpf;
import dev.javelin.bpf.jna.LibJavelin;
import java.nio.charset.StandardCharsets;

/** What libbpf has to say, kept per thread in native memory (the last 64 kB) instead of being printed. */
final class Messages {
    private static final int CAPACITY = 64 * 1024;

    static {
        LibBpf.libbpf_set_print(LibJavelin.logPrintFunction());
        LibJavelin.javelin_log_level(Boolean.getBoolean("javelin.libbpf.debug") ? 2 : 0);
    }

    private Messages() {}

    /** Forgets what this thread was told so far; also makes sure that libbpf prints nothing by itself. */
    static void clear() {
        LibJavelin.javelin_log_take(new byte[0], 0);
    }

    /** What this thread was told since the last call. */
    static String take() {
        byte[] text = new byte[CAPACITY];
        int length = (int) LibJavelin.javelin_log_take(text, text.length);
        return new String(text, 0, length, StandardCharsets.UTF_8);
    }
}
