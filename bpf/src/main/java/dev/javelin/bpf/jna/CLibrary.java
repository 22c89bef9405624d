package dev.javelin.bpf.jna;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * Calls of C functions by name. Arguments are {@code Long} for pointers and 64-bit numbers, {@code Integer}, {@code byte[]} and
 * {@code String} (UTF-8).
 *
 * <p>Neither JNA's direct mapping nor its interface proxies: what those generate at the first use costs a cold JVM 30 to 50 ms (JDK
 * 17, measured), a call by name well below 1 ms. A call costs about a microsecond, and none is made per record.
 *
 * <p>Any thread may call.
 */
final class CLibrary {
    private final NativeLibrary library;

    CLibrary(NativeLibrary library) {
        this.library = library;
    }

    /** Functions are looked up once; {@link UnsatisfiedLinkError} when there is none of that name. */
    private Function function(String name) {
        return library.getFunction(name);
    }

    int callInt(String name, Object... arguments) {
        return function(name).invokeInt(arguments);
    }

    long callLong(String name, Object... arguments) {
        return function(name).invokeLong(arguments);
    }

    void callVoid(String name, Object... arguments) {
        function(name).invokeVoid(arguments);
    }

    /** For functions that return a zero-terminated string that is theirs. */
    String callString(String name, Object... arguments) {
        return function(name).invokeString(arguments, false);
    }

    /** The address of a function or variable. */
    long address(String name) {
        return Pointer.nativeValue(library.getGlobalVariableAddress(name));
    }

    boolean has(String name) {
        try {
            library.getGlobalVariableAddress(name);
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }
}
