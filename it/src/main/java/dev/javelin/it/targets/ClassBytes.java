package dev.javelin.it.targets;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A small writer of class files (JVMS 4), for what Java source cannot say: names that are no identifiers, and methods
 * too long for the JIT compilers. It writes version 50, which needs no stack maps. Only static methods.
 */
public final class ClassBytes {
    private static final int ACC_PUBLIC = 1;
    private static final int ACC_STATIC = 8;
    private static final int ACC_SUPER = 0x20;

    private final ByteArrayOutputStream poolBytes = new ByteArrayOutputStream();
    private final DataOutputStream pool = new DataOutputStream(poolBytes);
    private final Map<String, Integer> known = new LinkedHashMap<>();
    private final List<byte[]> methods = new ArrayList<>();
    private final int thisClass;
    private final int superClass;
    private int poolSize = 1;

    /** A public class with this internal name ({@code a/b/C}), below java.lang.Object. */
    public ClassBytes(String internalName) {
        thisClass = classRef(internalName);
        superClass = classRef("java/lang/Object");
    }

    /** The instructions of one method. */
    public static final class Code {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        /** Appends opcodes and operand bytes (0 to 255 each). */
        public Code op(int... codes) {
            for (int code : codes) {
                bytes.write(code);
            }
            return this;
        }

        /** Appends an opcode with a two-byte operand, such as a constant pool index. */
        public Code op2(int opcode, int operand) {
            return op(opcode, operand >> 8 & 0xff, operand & 0xff);
        }

        /** Bytes so far. */
        public int size() {
            return bytes.size();
        }
    }

    /** The pool index of a method reference, for invokestatic and invokeinterface's kin. */
    public int methodRef(String owner, String name, String descriptor) {
        return entry(10, classRef(owner), nameAndType(name, descriptor));
    }

    /** The pool index of an interface method reference. */
    public int interfaceMethodRef(String owner, String name, String descriptor) {
        return entry(11, classRef(owner), nameAndType(name, descriptor));
    }

    /** Adds a public static method. */
    public ClassBytes method(String name, String descriptor, int maxStack, int maxLocals, Code code) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeShort(ACC_PUBLIC | ACC_STATIC);
            out.writeShort(utf8(name));
            out.writeShort(utf8(descriptor));
            out.writeShort(1);
            out.writeShort(utf8("Code"));
            out.writeInt(12 + code.size());
            out.writeShort(maxStack);
            out.writeShort(maxLocals);
            out.writeInt(code.size());
            code.bytes.writeTo(out);
            out.writeShort(0);
            out.writeShort(0);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        methods.add(bytes.toByteArray());
        return this;
    }

    /** The whole class file. */
    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(0xCAFEBABE);
            out.writeInt(50);
            out.writeShort(poolSize);
            poolBytes.writeTo(out);
            out.writeShort(ACC_PUBLIC | ACC_SUPER);
            out.writeShort(thisClass);
            out.writeShort(superClass);
            out.writeShort(0);
            out.writeShort(0);
            out.writeShort(methods.size());
            for (byte[] method : methods) {
                out.write(method);
            }
            out.writeShort(0);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** A loader of one class, child of the loader of this class. */
    public static Class<?> define(String binaryName, byte[] classFile) {
        return new OneClass(classFile).define(binaryName);
    }

    private static final class OneClass extends ClassLoader {
        private final byte[] classFile;

        OneClass(byte[] classFile) {
            super(ClassBytes.class.getClassLoader());
            this.classFile = classFile;
        }

        Class<?> define(String binaryName) {
            return defineClass(binaryName, classFile, 0, classFile.length);
        }
    }

    private int classRef(String internalName) {
        return entry(7, utf8(internalName), -1);
    }

    private int nameAndType(String name, String descriptor) {
        return entry(12, utf8(name), utf8(descriptor));
    }

    private int utf8(String text) {
        Integer index = known.get("1 " + text);
        if (index == null) {
            try {
                pool.writeByte(1);
                pool.writeUTF(text);
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            index = added("1 " + text);
        }
        return index;
    }

    private int entry(int tag, int first, int second) {
        String key = tag + " " + first + " " + second;
        Integer index = known.get(key);
        if (index == null) {
            try {
                pool.writeByte(tag);
                pool.writeShort(first);
                if (second >= 0) {
                    pool.writeShort(second);
                }
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            index = added(key);
        }
        return index;
    }

    private int added(String key) {
        known.put(key, poolSize);
        return poolSize++;
    }
}
