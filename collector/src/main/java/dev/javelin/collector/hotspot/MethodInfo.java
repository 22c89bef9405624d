package dev.javelin.collector.hotspot;

/** What a Method* stood for when it was read. The texts and the table never change; the rest says how far to trust it. */
final class MethodInfo {
    final long method;
    final long constMethod;
    /** InstanceKlass* of its class. */
    final long holder;

    final String className;
    final String name;
    final String signature;
    final LineTable lines;
    /** The last unload epoch in which it was certainly alive, see {@link UnloadEpoch}; -1 for none. */
    long epoch = -1;
    /** The batch of samples after which it was first read, see {@link Methods#refresh}. */
    long batch;
    /** Whether its class is never unloaded. */
    boolean lasting;

    MethodInfo(
            long method,
            long constMethod,
            long holder,
            String className,
            String name,
            String signature,
            LineTable lines) {
        this.method = method;
        this.constMethod = constMethod;
        this.holder = holder;
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
                && holder == other.holder
                && name.equals(other.name)
                && className.equals(other.className)
                && signature.equals(other.signature);
    }
}
