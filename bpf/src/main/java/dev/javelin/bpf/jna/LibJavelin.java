package dev.javelin.bpf.jna;

/**
 * Our own native library, {@code libjavelin.so} ({@code bpf/src/main/native}): the C++ demangler and the buffer of libbpf's messages.
 *
 * <p>Any thread may call; messages are kept per thread.
 */
public final class LibJavelin {
    private LibJavelin() {}

    private static CLibrary library() {
        return NativeLibraries.own();
    }

    /** The address of our {@code libbpf_print_fn_t}. */
    public static long logPrintFunction() {
        return library().address("javelin_log_print");
    }

    /** Writes the demangled form of a zero-terminated name: its length, {@code capacity} when cut, -1 when not mangled. */
    public static long javelin_demangle(byte[] mangled, byte[] text, long capacity) {
        return library().callLong("javelin_demangle", mangled, text, capacity);
    }

    /** Messages above this level are dropped: 0 warnings, 1 information, 2 debugging. */
    public static void javelin_log_level(int level) {
        library().callVoid("javelin_log_level", level);
    }

    /** Hands over and forgets this thread's messages; returns their length. */
    public static long javelin_log_take(byte[] text, long capacity) {
        return library().callLong("javelin_log_take", text, capacity);
    }
}
