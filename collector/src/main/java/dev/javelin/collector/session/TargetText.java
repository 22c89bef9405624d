package dev.javelin.collector.session;

import dev.javelin.collector.hotspot.SymbolText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Text out of a target's memory, which is hostile until escaped.
 *
 * @param cut whether it went on
 */
public record TargetText(String text, boolean cut) {
    private static final int CONTINUATION = 0x80;
    private static final int FIRST_OF_SEVERAL = 0xc0;

    /** Reads UTF-8, also the JVM's modified one. Of a text that was cut, a character that is not whole is left out. */
    static TargetText of(byte[] bytes, boolean cut) {
        byte[] whole = cut ? Arrays.copyOf(bytes, lastCharacter(bytes)) : bytes;
        String modified = SymbolText.decode(ByteBuffer.wrap(whole), 0, whole.length);
        return new TargetText(modified != null ? modified : new String(whole, StandardCharsets.UTF_8), cut);
    }

    /** Where the last character begins, if it is one of several bytes; else the length. */
    private static int lastCharacter(byte[] bytes) {
        int at = bytes.length;
        while (at > 0 && (bytes[at - 1] & 0xc0) == CONTINUATION) {
            at--;
        }
        return at > 0 && (bytes[at - 1] & 0xc0) == FIRST_OF_SEVERAL ? at - 1 : bytes.length;
    }
}
