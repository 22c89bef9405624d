package dev.javelin.agent.methods;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Adds one call of {@code Tasks} to the entry of a method. */
final class HookCode extends MethodVisitor {
    private final Hook hook;

    HookCode(MethodVisitor next, Hook hook) {
        super(Opcodes.ASM9, next);
        this.hook = hook;
    }

    @Override
    public void visitCode() {
        super.visitCode();
        if (hook.argument() >= 0) {
            super.visitVarInsn(Opcodes.ALOAD, hook.argument());
        }
        super.visitMethodInsn(Opcodes.INVOKESTATIC, CallsClass.TASKS, hook.method(), hook.descriptor(), false);
    }
}
