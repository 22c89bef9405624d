package dev.javelin.flamegraph;

import java.util.Objects;

/**
 * One symbolised frame. All texts come from the target and may hold anything; the outputs escape them.
 *
 * @param type how the code was run
 * @param className class name with slashes ({@code "java/lang/String"}), without any for native and kernel frames (null)
 * @param method method name; for native frames the demangled symbol; for the profiler's own markers the marker, such as
 *     {@code "[incomplete: no unwind info]"}
 * @param signature JVM descriptor ({@code "(I)C"}), or null
 * @param line line number in the source, 0 if unknown
 * @param bci bytecode index, -1 if unknown
 * @param library file name of the library ({@code "libc.so.6"}), or null
 */
public record Frame(
        FrameType type, String className, String method, String signature, int line, int bci, String library) {
    /** Checks that type and method are there; an empty class name becomes null. */
    public Frame {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(method, "method");
        className = className == null || className.isEmpty() ? null : className;
    }

    /** A Java frame. */
    public static Frame java(FrameType type, String className, String method, String signature, int line, int bci) {
        return new Frame(type, className, method, signature, line, bci, null);
    }

    /** A native, C++ or kernel frame; {@code library} may be null. */
    public static Frame symbol(FrameType type, String name, String library) {
        return new Frame(type, null, name, null, 0, -1, library);
    }

    /** A marker of the profiler itself, for example {@code [unloaded]}. */
    public static Frame marker(String text) {
        return new Frame(FrameType.NATIVE, null, text, null, 0, -1, null);
    }

    /** Its name as reports show it, unescaped: {@code java/lang/Thread.run}, {@code Unsafe_Park}. */
    public String text() {
        return className == null ? method : ClassNames.shown(className, ReportOptions.defaults()) + "." + method;
    }

    /** This frame without its position in the code (line 0, bytecode index -1). */
    public Frame withoutPosition() {
        return line == 0 && bci == -1 ? this : new Frame(type, className, method, signature, 0, -1, library);
    }
}
