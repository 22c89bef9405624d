package dev.javelin.agent.calls;

import java.lang.reflect.Field;

/**
 * Stands for {@code jdk.internal.misc.Unsafe} (JDK 11 to 25), which cannot be named when compiling for Java 8, or for {@code sun.misc.Unsafe}
 * (JDK 8), where {@code CallsClass} gives some methods the names that they have there. Those methods only that are native there, or of which the
 * JVM knows better than the library: a probe on them would otherwise call itself.
 */
final class Memory {
    private Memory() {}

    static native Memory getUnsafe();

    native long objectFieldOffset(Field field);

    native long allocateMemory(long bytes);

    native long getLong(Object base, long offset);

    /** Since JDK 12, and in JDK 8 by another name. */
    native Object getReference(Object base, long offset);

    native byte getByte(Object base, long offset);

    native void putLong(Object base, long offset, long value);

    native void putLongRelease(Object base, long offset, long value);

    native long getAndAddLong(Object base, long offset, long delta);

    /** Since JDK 12. */
    native boolean compareAndSetReference(Object base, long offset, Object expected, Object value);

    native boolean compareAndSetLong(Object base, long offset, long expected, long value);
}
