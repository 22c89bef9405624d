package dev.javelin.it;

import dev.javelin.it.targets.KnownMethods;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.concurrent.atomic.AtomicLong;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Somebody else's agent in a target, as monitoring tools are: it counts the calls of {@code KnownMethods.counted} by code that it puts there, and
 * changes that class anew again and again. When the target ends it says {@code OTHER}, how many calls there were, and how many changes failed.
 */
public final class OtherAgent implements ClassFileTransformer {
    private static final String CHANGED = Type.getInternalName(KnownMethods.class);
    private static final AtomicLong CALLS = new AtomicLong();
    private static final AtomicLong FAILED = new AtomicLong();
    private static final long AGAIN_MILLIS = 20;

    /** Writes its jar. */
    static Path jar(Path directory) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Premain-Class", OtherAgent.class.getName());
        attributes.putValue("Can-Retransform-Classes", "true");
        attributes.put(
                Attributes.Name.CLASS_PATH,
                ClassReader.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString());
        Path jar = directory.resolve("other-agent.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest)) {
            for (Class<?> type : new Class<?>[] {OtherAgent.class, Counting.class, Beginning.class}) {
                String name = Type.getInternalName(type) + ".class";
                entries.putNextEntry(new JarEntry(name));
                entries.write(OtherAgent.class.getResourceAsStream("/" + name).readAllBytes());
            }
        }
        return jar;
    }

    /** Called by the JVM before {@code main}. */
    public static void premain(String arguments, Instrumentation instrumentation) {
        instrumentation.addTransformer(new OtherAgent(), true);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> System.out.println("OTHER " + CALLS + " failed " + FAILED)));
        Thread thread = new Thread(() -> changeAgain(instrumentation), "other-agent");
        thread.setDaemon(true);
        thread.start();
    }

    private static void changeAgain(Instrumentation instrumentation) {
        try {
            while (true) {
                Thread.sleep(AGAIN_MILLIS);
                instrumentation.retransformClasses(KnownMethods.class);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (UnmodifiableClassException | RuntimeException | Error e) {
            FAILED.incrementAndGet();
        }
    }

    /** Called by the changed class. */
    public static void called() {
        CALLS.incrementAndGet();
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> type, ProtectionDomain domain, byte[] classFile) {
        if (!CHANGED.equals(name)) {
            return null;
        }
        try {
            ClassReader reader = new ClassReader(classFile);
            ClassWriter writer = new ClassWriter(reader, 0);
            reader.accept(new Counting(writer), 0);
            return writer.toByteArray();
        } catch (RuntimeException | Error e) {
            FAILED.incrementAndGet();
            return null;
        }
    }

    /** Puts a call at the beginning of one method. */
    private static final class Counting extends ClassVisitor {
        Counting(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] exceptions) {
            MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
            return name.equals("counted") ? new Beginning(next) : next;
        }
    }

    /** Puts it there. */
    private static final class Beginning extends MethodVisitor {
        Beginning(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitCode() {
            super.visitCode();
            visitMethodInsn(Opcodes.INVOKESTATIC, "dev/javelin/it/OtherAgent", "called", "()V", false);
        }
    }
}
