package dev.javelin.flamegraph;

/**
 * How the code of a frame was executed. The ordinals 0 to 6 are part of the recording format: they are the order in
 * which async-profiler numbers its frame types (JFR constant pool {@code jdk.types.FrameType}), and readers depend on it.
 */
public enum FrameType {
    /** A Java method run by the bytecode interpreter. */
    INTERPRETED(0, "Interpreted", "_[0]"),
    /** A Java method compiled by the optimising compiler (C2 or JVMCI), native wrappers included. */
    JIT_COMPILED(1, "JIT compiled", "_[j]"),
    /** A Java method inlined into a compiled caller. */
    INLINED(2, "Inlined", "_[i]"),
    /** Code of a native library or of the C runtime; also the markers of the profiler itself. */
    NATIVE(3, "Native", ""),
    /** C++ code, the JVM's own included. */
    CPP(4, "C++", ""),
    /** The Linux kernel. */
    KERNEL(5, "Kernel", "_[k]"),
    /** A Java method compiled by C1 (tiers 1 to 3). */
    C1_COMPILED(6, "C1 compiled", "_[1]");

    private final int code;
    private final String label;
    private final String suffix;

    FrameType(int code, String label, String suffix) {
        this.code = code;
        this.label = label;
        this.suffix = suffix;
    }

    /** The number of the type in recordings, 0 to 6. */
    public int code() {
        return code;
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
