package dev.javelin.it.targets;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.IntUnaryOperator;

/**
 * A method of more than 8,000 bytes of bytecode. HotSpot compiles none of these (DontCompileHugeMethods), so it stays
 * interpreted without any flag.
 */
public final class HugeMethod {
    /** Its class, as stacks show it. */
    public static final String CLASS = "dev.javelin.it.targets.Huge";

    /** Its name. */
    public static final String METHOD = "huge";

    private static final int ILOAD_0 = 0x1a;
    private static final int BIPUSH = 0x10;
    private static final int IMUL = 0x68;
    private static final int IADD = 0x60;
    private static final int IRETURN = 0xac;
    private static final int LIMIT = 8000;

    private HugeMethod() {}

    /** Makes the class and returns its method: a chain of multiplications and additions. */
    public static IntUnaryOperator define() throws ReflectiveOperationException {
        ClassBytes.Code code = new ClassBytes.Code().op(ILOAD_0);
        while (code.size() <= LIMIT) {
            code.op(BIPUSH, 31, IMUL, BIPUSH, 7, IADD);
        }
        code.op(IRETURN);
        ClassBytes bytes = new ClassBytes(CLASS.replace('.', '/'));
        bytes.method(METHOD, "(I)I", 2, 1, code);
        Class<?> made = ClassBytes.define(CLASS, bytes.toBytes());
        MethodHandle huge =
                MethodHandles.lookup().findStatic(made, METHOD, MethodType.methodType(int.class, int.class));
        return x -> call(huge, x);
    }

    private static int call(MethodHandle huge, int x) {
        try {
            return (int) huge.invokeExact(x);
        } catch (Throwable impossible) {
            throw new LinkageError("huge", impossible);
        }
    }
}
