package dev.javelin.collector.hotspot;

/** What a Method* stood for when it was read. The texts and the table never change; the two epochs say how far to trust it. */
final class MethodInfo {
    final long method;
    final long constMethod;
    final String className;
    final String name;
    final String signature;
    final LineTable lines;
    /** The last unload epoch in which this was certainly so, see {@link UnloadEpoch}; -1 for none. */
    long epoch = -1;
    /** Whether this was once certain to be the method that a sample had met, and not only found there afterwards. */
    boolean confirmed;

    MethodInfo(long method, long constMethod, String className, String name, String signature, LineTable lines) {
        this.method = method;
        this.constMethod = constMethod;
        this.className = className;
        this.name = name;
        this.signature = signature;
        this.lines = lines;
    }

    /** Line of a bytecode; 0 for the method's entry (-1). */
    int line(int bci) {
        return bci < 0 ? 0 : lines.line(bci);
    }

    boolean sameAs(MethodInfo other) {
        return constMethod == other.constMethod
                && name.equals(other.name)
                && className.equals(other.className)
                && signature.equals(other.signature);
    }
}
