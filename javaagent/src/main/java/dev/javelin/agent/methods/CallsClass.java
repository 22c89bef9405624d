package dev.javelin.agent.methods;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The classes that probed methods call, once in a JVM's life. They are those of {@code dev.javelin.agent.calls} by other names, in {@code
 * java.lang}: class loaders may hide every other package from the classes that they load (OSGi, JBoss Modules), and as a class of
 * java.base it may call {@code jdk.internal.misc.Unsafe}.
 */
final class CallsClass {
    /** What their names begin with in class files. */
    static final String PREFIX = "java/lang/Javelin";
    /** The name of the one that keeps calls. */
    static final String NAME = "java/lang/JavelinCalls";

    /** And of the one that follows tasks. */
    static final String TASKS = "java/lang/JavelinTasks";

    private static final String SOURCE = "dev/javelin/agent/calls/";
    private static final String MEMORY = SOURCE + "Memory";
    private static final String UNSAFE = "jdk/internal/misc/Unsafe";

    private static final int UTF8 = 1;

    private final Instrumentation instrumentation;
    private final Class<?> type;
    private Class<?> tasks;

    private CallsClass(Instrumentation instrumentation, Class<?> type) {
        this.instrumentation = instrumentation;
        this.type = type;
    }

    /** Finds it, or defines it. */
    static CallsClass of(Instrumentation instrumentation) throws IOException, ReflectiveOperationException {
        return new CallsClass(instrumentation, findOrDefine(instrumentation, "Calls"));
    }

    private static Class<?> findOrDefine(Instrumentation instrumentation, String name)
            throws IOException, ReflectiveOperationException {
        Class<?> existing = existing(name);
        if (existing == null) {
            try {
                existing = define(instrumentation, renamed(bytes(SOURCE + name)));
            } catch (InvocationTargetException e) {
                existing = existing(name); // another session has come first
                if (existing == null) {
                    throw e;
                }
            }
        }
        return existing;
    }

    private static Class<?> existing(String name) {
        try {
            return Class.forName((PREFIX + name).replace('/', '.'), true, null);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    /**
     * Has tasks followed that calls hand over: makes what the hooks call.
     *
     * @return see {@code Tasks.layout}
     */
    long[] prepareTasks() throws IOException, ReflectiveOperationException {
        Objects.requireNonNull(type.getDeclaredMethod("current")); // an older Javelin's class has none
        findOrDefine(instrumentation, "Task");
        tasks = findOrDefine(instrumentation, "Tasks");
        return (long[]) call(tasks, "layout", new Class<?>[0]);
    }

    /** See {@code Tasks.start}; after {@link #prepareTasks}. */
    void follow() {
        call(tasks, "start", new Class<?>[0]);
    }

    /** See {@code Tasks.stop}. */
    void unfollow() {
        if (tasks != null) {
            call(tasks, "stop", new Class<?>[0]);
        }
    }

    /** The class file of a class of the agent, by its name with slashes. */
    static byte[] bytes(String name) throws IOException {
        try (InputStream in = CallsClass.class.getResourceAsStream("/" + name + ".class")) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] part = new byte[4096];
            for (int count = in.read(part); count > 0; count = in.read(part)) {
                bytes.write(part, 0, count);
            }
            return bytes.toByteArray();
        }
    }

    /** The same class by its new name, which stands in the constant pool only (format: JVM specification, 4.4). */
    private static byte[] renamed(byte[] original) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(original));
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(in.readLong()); // magic and version
        int count = in.readUnsignedShort();
        out.writeShort(count);
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            out.writeByte(tag);
            if (tag == UTF8) {
                out.writeUTF(in.readUTF().replace(MEMORY, UNSAFE).replace(SOURCE, PREFIX));
            } else {
                byte[] rest = new byte[size(tag)];
                in.readFully(rest);
                out.write(rest);
                i += rest.length == 8 ? 1 : 0; // long and double take two entries
            }
        }
        byte[] rest = new byte[in.available()];
        in.readFully(rest);
        out.write(rest);
        return bytes.toByteArray();
    }

    private static int size(int tag) {
        switch (tag) {
            case 5:
            case 6:
                return 8;
            case 7:
            case 8:
            case 16:
            case 19:
            case 20:
                return 2;
            case 15:
                return 3;
            default:
                return 4;
        }
    }

    /** By {@code MethodHandles.privateLookupIn} (Java 9), after the agent has opened {@code java.lang} to itself alone. */
    private static Class<?> define(Instrumentation instrumentation, byte[] bytes) throws ReflectiveOperationException {
        Object base = Class.class.getMethod("getModule").invoke(Object.class);
        Object own = Class.class.getMethod("getModule").invoke(CallsClass.class);
        Class<?> module = Class.forName("java.lang.Module");
        Instrumentation.class
                .getMethod("redefineModule", module, Set.class, Map.class, Map.class, Set.class, Map.class)
                .invoke(
                        instrumentation,
                        base,
                        Collections.emptySet(),
                        Collections.emptyMap(),
                        Collections.singletonMap("java.lang", Collections.singleton(own)),
                        Collections.emptySet(),
                        Collections.emptyMap());
        Object lookup = MethodHandles.class
                .getMethod("privateLookupIn", Class.class, MethodHandles.Lookup.class)
                .invoke(null, Object.class, MethodHandles.lookup());
        Class<?> defined = (Class<?>) MethodHandles.Lookup.class
                .getMethod("defineClass", byte[].class)
                .invoke(lookup, (Object) bytes);
        return Class.forName(defined.getName(), true, null); // its memory is there before the first call
    }

    /** See {@code Calls.layout}. */
    long[] layout() {
        return (long[]) call(type, "layout", new Class<?>[0]);
    }

    /** See {@code Calls.open}. */
    long open(long threshold, long period) {
        return (Long) call(type, "open", new Class<?>[] {long.class, long.class}, threshold, period);
    }

    /** See {@code Calls.tell}. */
    void tell(long probe, long threshold) {
        call(type, "tell", new Class<?>[] {long.class, long.class}, probe, threshold);
    }

    /** See {@code Calls.close}. */
    void close(long probe) {
        call(type, "close", new Class<?>[] {long.class}, probe);
    }

    /** See {@code Calls.number}. */
    long number(long probe) {
        return (Long) call(type, "number", new Class<?>[] {long.class}, probe);
    }

    private static Object call(Class<?> type, String method, Class<?>[] types, Object... arguments) {
        try {
            return type.getMethod(method, types).invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
