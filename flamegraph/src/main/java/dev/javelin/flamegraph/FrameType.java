package dev.javelin.flamegraph;

/**
 * How the code of a frame was executed. The ordinals 0 to 6 are part of the recording format: they are the order in
 * which async-profiler numbers its frame types (JFR constant pool {@code jdk.types.FrameType}), and readers depend on it.
 */
public enum FrameType {
    /** A Java method run by the bytecode interpreter. */
    INTERPRETED("Interpreted", "_[0]"),
    /** A Java method compiled by the optimising compiler (C2 or JVMCI), native wrappers included. */
    JIT_COMPILED("JIT compiled", "_[j]"),
    /** A Java method inlined into a compiled caller. */
    INLINED("Inlined", "_[i]"),
    /** Code of a native library or of the C runtime; also the markers of the profiler itself. */
    NATIVE("Native", ""),
    /** C++ code, the JVM's own included. */
    CPP("C++", ""),
    /** The Linux kernel. */
    KERNEL("Kernel", "_[k]"),
    /** A Java method compiled by C1 (tiers 1 to 3). */
    C1_COMPILED("C1 compiled", "_[1]");

    private final String label;
    private final String suffix;

    FrameType(String label, String suffix) {
        this.label = label;
        this.suffix = suffix;
    }

    /** The name that people read, for example {@code "JIT compiled"}. */
    public String label() {
        return label;
    }

    /** The suffix of annotated collapsed stacks, for example {@code "_[j]"}; empty for native and C++ frames. */
    public String suffix() {
        return suffix;
    }

    /** Whether the frame is a Java method. */
    public boolean isJava() {
        return this == INTERPRETED || this == JIT_COMPILED || this == INLINED || this == C1_COMPILED;
    }
}
