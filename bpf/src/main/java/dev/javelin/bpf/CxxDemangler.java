package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibJavelin;
import java.nio.charset.StandardCharsets;

/**
 * Itanium-ABI demangling by GCC's own demangler. Any thread may call; no state is shared. Output is cut at 16 kB: a hostile name of
 * a few bytes can stand for gigabytes.
 */
public final class CxxDemangler {
    private static final int MAX_LENGTH = 16 * 1024;

    private CxxDemangler() {}

    /** The readable form of {@code _ZN3Foo3barEv} ({@code Foo::bar()}); the input itself when it is not a mangled name. */
    public static String demangle(String mangled) {
        if (!mangled.startsWith("_Z")) {
            return mangled;
        }
        byte[] name = (mangled + '\0').getBytes(StandardCharsets.UTF_8);
        byte[] text = new byte[Math.min(MAX_LENGTH, 1024 + 4 * name.length)];
        long length = LibJavelin.javelin_demangle(name, text, text.length);
        if (length == text.length && text.length < MAX_LENGTH) {
            text = new byte[MAX_LENGTH];
            length = LibJavelin.javelin_demangle(name, text, text.length);
        }
        return length < 0 ? mangled : new String(text, 0, (int) length, StandardCharsets.UTF_8);
    }
}
