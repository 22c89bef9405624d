package dev.javelin.bpf.jna;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * Our own native library, {@code libjavelin.so} ({@code bpf/src/main/native}): the C++ demangler and the buffer of libbpf's messages.
 *
 * <p>Any thread may call; messages are kept per thread.
 */
public final class LibJavelin {
    private static final long PRINT;

    static {
        Native.register(LibJavelin.class, NativeLibraries.own());
        PRINT = Pointer.nativeValue(NativeLibraries.own().getGlobalVariableAddress("javelin_log_print"));
    }

    private LibJavelin() {}

    /** The address of our {@code libbpf_print_fn_t}. */
    public static long logPrintFunction() {
        return PRINT;
    }

    /** Writes the demangled form of a zero-terminated name: its length, {@code capacity} when cut, -1 when not mangled. */
    public static native long javelin_demangle(byte[] mangled, byte[] text, long capacity);

    /** Messages above this level are dropped: 0 warnings, 1 information, 2 debugging. */
    public static native void javelin_log_level(int level);

    /** Hands over and forgets this thread's messages; returns their length. */
    public static native long javelin_log_take(byte[] text, long capacity);
}
