package dev.javelin.agent.methods;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Says of a method, no constructor, that {@code this} is a task which runs from its entry to its return or exception; see {@code Tasks.begin}. */
final class RunCode extends MethodCode {
    /** See {@link MethodCode}. */
    RunCode(MethodVisitor next, boolean frames, int local) {
        super(next, false, 0, false, frames, local);
    }

    @Override
    void begin() {
        mv.visitVarInsn(Opcodes.ALOAD, 0);
        mv.visitMethodInsn(Opcodes.INVOKESTATIC, CallsClass.TASKS, "begin", "(Ljava/lang/Object;)J", false);
    }

    @Override
    void exit() {
        mv.visitVarInsn(Opcodes.LLOAD, local);
        mv.visitMethodInsn(Opcodes.INVOKESTATIC, CallsClass.TASKS, "end", "(J)V", false);
    }
}
