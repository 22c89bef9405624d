package dev.javelin.it.harness;

import java.util.Set;

/**
 * One frame of a sample.
 *
 * @param type what kind of code, in the recording's words: {@code Interpreted}, {@code JIT compiled}, {@code Inlined},
 *     {@code C1 compiled}, {@code Native}, {@code C++}, {@code Kernel}
 * @param owner the class with dots, empty for native and kernel code
 * @param method the method or symbol
 * @param line the source line, -1 if unknown
 * @param library where native code lies, if the recording says so; else empty
 */
public record StackFrame(String type, String owner, String method, int line, String library) {
    private static final Set<String> JAVA = Set.of("Interpreted", "JIT compiled", "Inlined", "C1 compiled");

    /** Whether this is a frame of a Java method. */
    public boolean isJava() {
        return isJava(type);
    }

    /** Whether frames of this type are Java's. */
    static boolean isJava(String type) {
        return JAVA.contains(type);
    }

    /** Class and method as the tests write them: {@code java.lang.Thread.run}, or the bare symbol. */
    public String name() {
        return owner.isEmpty() ? method : owner + "." + method;
    }

    /** Whether this marks a stack that could not be walked to its end. */
    public boolean isIncomplete() {
        return owner.isEmpty() && method.startsWith("[incomplete");
    }

    /** Whether code was walked whose name is not known. */
    public boolean isUnresolved() {
        return owner.isEmpty() && (method.startsWith("[un") || method.startsWith("0x"));
    }
}
