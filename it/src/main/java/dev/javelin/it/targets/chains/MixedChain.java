package dev.javelin.it.targets.chains;

import dev.javelin.it.targets.ClassBytes;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Interpreted and compiled methods in turn, without any flag: every other method carries so much dead code that no
 * compiler takes it. The calls between them go through the adapters of both directions, with arguments in registers
 * and on the stack.
 */
public final class MixedChain implements Chain {
    private static final String NAME = "dev.javelin.it.targets.chains.Mixed";
    private static final int DEPTH = 12;
    private static final int HUGE = 8100;
    private static final int NOP = 0x00;
    private static final int LCONST_1 = 0x0a;
    private static final int DCONST_1 = 0x0f;
    private static final int FCONST_2 = 0x0d;
    private static final int ICONST_3 = 0x06;
    private static final int LLOAD_0 = 0x1e;
    private static final int LADD = 0x61;
    private static final int LRETURN = 0xad;
    private static final int INVOKESTATIC = 0xb8;

    private final MethodHandle first;

    MixedChain() throws ReflectiveOperationException {
        ClassBytes bytes = new ClassBytes(NAME.replace('.', '/'));
        for (int i = 0; i < DEPTH; i++) {
            add(bytes, i);
        }
        Class<?> made = ClassBytes.define(NAME, bytes.toBytes());
        first = MethodHandles.lookup().findStatic(made, "m0", MethodType.methodType(long.class, long.class));
    }

    /** Called by the last of the generated methods. */
    public static long end(long x) {
        return Work.spin(x, 4000);
    }

    @Override
    public void run() throws Throwable {
        Work.keep((long) first.invokeExact(Work.seed()));
    }

    @Override
    public Grammar grammar() {
        Grammar chain = Grammar.seq(Grammar.calls("MixedChain.run"), Grammar.anyOf("java.lang.invoke."));
        for (int i = 0; i < DEPTH; i++) {
            chain = Grammar.seq(chain, Grammar.calls("Mixed.m" + i));
        }
        return Grammar.seq(chain, Grammar.calls("MixedChain.end", "Work.spin"));
    }

    private static String descriptor(int i) {
        return i % 3 == 2 ? "(JIDJFJIDJJIDJJJ)J" : "(J)J";
    }

    private static void add(ClassBytes bytes, int i) {
        ClassBytes.Code code = new ClassBytes.Code().op(LLOAD_0);
        boolean last = i == DEPTH - 1;
        if (!last && (i + 1) % 3 == 2) {
            code.op(ICONST_3, DCONST_1, LCONST_1, FCONST_2, LCONST_1, ICONST_3, DCONST_1);
            code.op(LCONST_1, LCONST_1, ICONST_3, DCONST_1, LCONST_1, LCONST_1, LCONST_1);
        }
        int next = last
                ? bytes.methodRef(MixedChain.class.getName().replace('.', '/'), "end", "(J)J")
                : bytes.methodRef(NAME.replace('.', '/'), "m" + (i + 1), descriptor(i + 1));
        code.op2(INVOKESTATIC, next).op(LCONST_1, LADD, LRETURN);
        if (i % 2 == 1) {
            while (code.size() < HUGE) {
                code.op(NOP);
            }
            code.op(LCONST_1, LRETURN);
        }
        bytes.method("m" + i, descriptor(i), 32, 32, code);
    }
}
