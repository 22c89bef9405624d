package dev.javelin.agent.methods;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.net.URLConnection;
import java.security.ProtectionDomain;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * The classes that probed methods call, once in a JVM's life. They are those of {@code dev.javelin.agent.calls} by other names, in {@code
 * java.lang}: class loaders may hide every other package from the classes that they load (OSGi, JBoss Modules), and as a class of
 * java.base it may call {@code jdk.internal.misc.Unsafe}, or on Java 8 {@code sun.misc.Unsafe}.
 */
final class CallsClass {
    /** With what their names in class files begin. */
    static final String NAMES = "java/lang/Javelin_";

    private static final String SOURCE = "dev/javelin/agent/calls/";
    private static final String MEMORY = SOURCE + "Memory";
    private static final int UTF8 = 1;
    /** See {@link #open}. */
    static final long CONFLICT = -1;

    private static final boolean JAVA_8 =
            System.getProperty("java.specification.version").equals("1.8");
    /**
     * What stands before their names in class files. Each version has its own: what another version of Javelin has left in this JVM is not
     * understood, and can go on beside it.
     */
    private static final String PREFIX = NAMES + version() + "_";
    /** The name of the one that keeps calls. */
    static final String NAME = PREFIX + "Calls";
    /** And of the one that follows tasks. */
    static final String TASKS = PREFIX + "Tasks";

    /** What the classes are written against, and what that is called in this JVM. */
    private static final Map<String, String> RENAMED = newNames();

    private final Instrumentation instrumentation;
    private final Class<?> type;
    private Class<?> tasks;

    private CallsClass(Instrumentation instrumentation, Class<?> type) {
        this.instrumentation = instrumentation;
        this.type = type;
    }

    private static String version() {
        try {
            CRC32 sum = new CRC32();
            for (String name : new String[] {"Calls", "Task", "Tasks"}) {
                byte[] bytes = bytes(SOURCE + name);
                sum.update(bytes, 0, bytes.length);
            }
            return String.format("%08x", sum.getValue());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> newNames() {
        Map<String, String> names = new LinkedHashMap<>(); // the longer one first
        names.put(MEMORY, JAVA_8 ? "sun/misc/Unsafe" : "jdk/internal/misc/Unsafe");
        names.put(SOURCE, PREFIX);
        if (JAVA_8) {
            names.put("putLongRelease", "putOrderedLong");
            names.put("compareAndSetLong", "compareAndSwapLong");
            names.put("getReference", "getObject");
        }
        return names;
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
                byte[] bytes = renamed(bytes(SOURCE + name));
                existing = initialised(JAVA_8 ? defined(PREFIX + name, bytes) : defined(instrumentation, bytes));
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
        // another session may have read a jar of the same name, and be about to close it: none is shared
        URLConnection connection =
                CallsClass.class.getResource("/" + name + ".class").openConnection();
        connection.setUseCaches(false);
        try (InputStream in = connection.getInputStream()) {
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
                String text = in.readUTF();
                for (Map.Entry<String, String> name : RENAMED.entrySet()) {
                    text = text.replace(name.getKey(), name.getValue());
                }
                out.writeUTF(text);
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
    private static Class<?> defined(Instrumentation instrumentation, byte[] bytes) throws ReflectiveOperationException {
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
        return (Class<?>) MethodHandles.Lookup.class
                .getMethod("defineClass", byte[].class)
                .invoke(lookup, (Object) bytes);
    }

    /** By {@code Unsafe}, as long as there was no other way. */
    private static Class<?> defined(String name, byte[] bytes) throws ReflectiveOperationException {
        Class<?> unsafe = Class.forName("sun.misc.Unsafe");
        Field instance = unsafe.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        Class<?>[] types = {String.class, byte[].class, int.class, int.class, ClassLoader.class, ProtectionDomain.class
        };
        return (Class<?>) unsafe.getMethod("defineClass", types)
                .invoke(instance.get(null), name, bytes, 0, bytes.length, null, null);
    }

    /** Its memory is there before the first call. */
    private static Class<?> initialised(Class<?> defined) throws ClassNotFoundException {
        return Class.forName(defined.getName(), true, null);
    }

    /** See {@code Calls.layout}. */
    long[] layout() {
        return (long[]) call(type, "layout", new Class<?>[0]);
    }

    /** See {@code Calls.open}. */
    long open(long use, long threshold, long period) {
        return (Long) call(type, "open", new Class<?>[] {long.class, long.class, long.class}, use, threshold, period);
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
