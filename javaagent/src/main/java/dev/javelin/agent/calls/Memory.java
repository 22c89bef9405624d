package dev.javelin.agent.calls;

/**
 * Stands for {@code jdk.internal.misc.Unsafe} (JDK 11 to 25), which cannot be named when compiling for Java 8. Those methods only that are
 * native there, or of which the JVM knows better than the library: a probe on them would otherwise call itself.
 */
final class Memory {
    private Memory() {}

    static native Memory getUnsafe();

    native long objectFieldOffset(Class<?> type, String field);

    native long allocateMemory(long bytes);

    native long getLong(Object base, long offset);

    /** Since JDK 12. */
    native Object getReference(Object base, long offset);

    native byte getByte(Object base, long offset);

    native void putLong(Object base, long offset, long value);

    native void putLongRelease(Object base, long offset, long value);

    native long getAndAddLong(Object base, long offset, long delta);

    /** Since JDK 12. */
    native boolean compareAndSetReference(Object base, long offset, Object expected, Object value);

    native boolean compareAndSetLong(Object base, long offset, long expected, long value);
}
