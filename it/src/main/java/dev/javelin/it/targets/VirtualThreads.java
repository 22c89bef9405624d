package dev.javelin.it.targets;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Starts virtual threads where the JDK has them; this is Java 8, as one target is. */
public final class VirtualThreads {
    private static final MethodHandle START = find("startVirtualThread", Thread.class, Runnable.class);

    private VirtualThreads() {}

    /** Whether this JDK has virtual threads. */
    public static boolean supported() {
        return START != null;
    }

    /** Starts one with this name. */
    public static Thread start(String name, Runnable work) {
        try {
            return (Thread) START.invoke((Runnable) () -> {
                Thread.currentThread().setName(name);
                work.run();
            });
        } catch (Throwable refused) {
            throw new IllegalStateException("no virtual thread", refused);
        }
    }

    private static MethodHandle find(String name, Class<?> result, Class<?>... parameters) {
        try {
            return MethodHandles.publicLookup()
                    .findStatic(Thread.class, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException absent) {
            return null;
        }
    }
}
