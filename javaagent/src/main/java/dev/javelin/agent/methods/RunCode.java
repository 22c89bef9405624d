package dev.javelin.agent.methods;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Says of a method, neither static nor a constructor, that {@code this} is a task which runs from its entry to its return or exception; see
 * {@code Tasks.begin}, which may fail like a {@link HookCode}. To say that it has ended takes no more of the stack than that did.
 */
final class RunCode extends MethodCode {
    private static final long NOT_FOLLOWED = -1;

    private final Object[] locals;
    private final boolean frames;

    /** See {@link HookCode} and {@link MethodCode}. */
    RunCode(MethodVisitor next, String type, String descriptor, boolean frames, int local) {
        super(next, false, 0, false, frames, local);
        this.locals = HookCode.locals(type, descriptor);
        this.frames = frames;
    }

    @Override
    void begin() {
        mv.visitLdcInsn(NOT_FOLLOWED);
        mv.visitVarInsn(Opcodes.LSTORE, local);
        // by way of this object, which adds the variable to the frames
        HookCode.guarded(this, frames, locals, () -> {
            mv.visitVarInsn(Opcodes.ALOAD, 0);
            mv.visitMethodInsn(Opcodes.INVOKESTATIC, CallsClass.TASKS, "begin", "(Ljava/lang/Object;)J", false);
            mv.visitVarInsn(Opcodes.LSTORE, local);
        });
        mv.visitVarInsn(Opcodes.LLOAD, local);
    }

    @Override
    void exit() {
        mv.visitVarInsn(Opcodes.LLOAD, local);
        mv.visitMethodInsn(Opcodes.INVOKESTATIC, CallsClass.TASKS, "end", "(J)V", false);
    }
}
