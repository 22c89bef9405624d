package dev.javelin.agent.methods;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** One class file: which of its methods are meant by probes, and the same with these probes in it. Used by one thread. */
final class ClassCode {
    private final ClassReader reader;
    private final List<Declared> methods = new ArrayList<>();

    /** A method that the class declares. */
    static final class Declared extends MethodVisitor {
        final int access;
        final String name;
        final String descriptor;
        final List<Probe> probes = new ArrayList<>();
        boolean intrinsic;
        int locals;

        Declared(int access, String name, String descriptor) {
            super(Opcodes.ASM9);
            this.access = access;
            this.name = name;
            this.descriptor = descriptor;
        }

        /** JDK 16 to 25, and before. */
        @Override
        public AnnotationVisitor visitAnnotation(String type, boolean visible) {
            intrinsic |= type.equals("Ljdk/internal/vm/annotation/IntrinsicCandidate;")
                    || type.equals("Ljdk/internal/HotSpotIntrinsicCandidate;");
            return null;
        }

        @Override
        public void visitMaxs(int maxStack, int maxLocals) {
            locals = maxLocals;
        }

        boolean is(int flag) {
            return (access & flag) != 0;
        }
    }

    /**
     * Reads a class file.
     *
     * @throws IllegalArgumentException if it is of a version that is not known
     */
    ClassCode(byte[] bytes) {
        reader = new ClassReader(bytes);
    }

    String superName() {
        return reader.getSuperName();
    }

    String[] interfaces() {
        return reader.getInterfaces();
    }

    private void readMethods() {
        ClassVisitor visitor = new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(
                    int access, String name, String descriptor, String signature, String[] exceptions) {
                Declared method = new Declared(access, name, descriptor);
                methods.add(method);
                return method;
            }
        };
        reader.accept(visitor, ClassReader.SKIP_FRAMES | ClassReader.SKIP_DEBUG);
    }

    /** With probes in it; null if none of them means a method of this class. */
    byte[] with(List<Probe> probes) {
        readMethods();
        boolean any = false;
        for (Probe probe : probes) {
            any |= choose(probe);
        }
        if (!any) {
            return null;
        }
        byte[] written = written();
        tellOfProbed();
        return written;
    }

    private void tellOfProbed() {
        for (Declared method : methods) {
            for (Probe probe : method.probes) {
                probe.found(Probe.Case.PROBED, full(method));
                if (method.intrinsic) {
                    probe.found(Probe.Case.INTRINSIC, full(method));
                }
                if (method.is(Opcodes.ACC_SYNCHRONIZED)) {
                    probe.found(Probe.Case.SYNCHRONIZED, full(method));
                }
            }
        }
    }

    private String full(Declared method) {
        return reader.getClassName() + "." + method.name + method.descriptor;
    }

    private boolean choose(Probe probe) {
        List<String> names = new ArrayList<>();
        boolean any = false;
        for (Declared method : methods) {
            if (!method.name.startsWith("<clinit") && !method.is(Opcodes.ACC_BRIDGE)) {
                names.add(method.name + "(" + MethodText.parameters(method.descriptor, false) + ")");
                any |= probe.pattern().matches(method.name, method.descriptor) && choose(probe, method);
            }
        }
        probe.seen(reader.getClassName(), names);
        return any;
    }

    private boolean choose(Probe probe, Declared method) {
        String full = full(method);
        if (method.is(Opcodes.ACC_NATIVE) || method.is(Opcodes.ACC_ABSTRACT)) {
            probe.found(method.is(Opcodes.ACC_NATIVE) ? Probe.Case.NATIVE : Probe.Case.ABSTRACT, full);
            return false;
        }
        if (full.equals("java/lang/Object.<init>()V")) {
            probe.found(Probe.Case.FIXED, full); // the JVM registers finalizers where it returns
            return false;
        }
        if (probe.hook() != null && method.is(Opcodes.ACC_STATIC)) {
            return false; // no task's, only of the same name
        }
        method.probes.add(probe);
        return true;
    }

    private byte[] written() {
        Map<String, Declared> chosen = new HashMap<>();
        for (Declared method : methods) {
            chosen.put(method.name + method.descriptor, method);
        }
        boolean frames = reader.readUnsignedShort(6) >= Opcodes.V1_6;
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        ClassVisitor visitor = new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(
                    int access, String name, String descriptor, String signature, String[] exceptions) {
                MethodVisitor code = super.visitMethod(access, name, descriptor, signature, exceptions);
                Declared method = chosen.get(name + descriptor);
                // who sees the code first has the first variable, and who comes behind it finds that in the frames
                int local = method.locals + 2 * method.probes.size();
                for (Probe probe : method.probes) {
                    local -= 2;
                    code = with(probe, code, name, descriptor, frames, local);
                }
                return code;
            }
        };
        reader.accept(visitor, ClassReader.EXPAND_FRAMES);
        return writer.toByteArray();
    }

    private MethodVisitor with(
            Probe probe, MethodVisitor code, String name, String descriptor, boolean frames, int local) {
        Hook hook = probe.hook();
        if (hook == null) {
            return new MethodCode(code, name.equals("<init>"), probe.word(), probe.slots(), frames, local);
        }
        return hook == Hook.RUN
                ? new RunCode(code, reader.getClassName(), descriptor, frames, local)
                : new HookCode(code, hook, reader.getClassName(), descriptor, frames);
    }
}
