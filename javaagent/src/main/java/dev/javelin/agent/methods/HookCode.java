package dev.javelin.agent.methods;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Adds one call of {@code Tasks} to the entry of a method that is not static. What it throws, as where the stack ends, stays there: the JDK
 * holds locks in some of these methods, and has to complete a task in others.
 */
final class HookCode extends MethodVisitor {
    private final Hook hook;
    private final Object[] locals;
    private final boolean frames;

    /**
     * Writes to {@code next}.
     *
     * @param type the class of the method, with slashes
     * @param frames see {@link MethodCode}
     */
    HookCode(MethodVisitor next, Hook hook, String type, String descriptor, boolean frames) {
        super(Opcodes.ASM9, next);
        this.hook = hook;
        this.locals = locals(type, descriptor);
        this.frames = frames;
    }

    /** What the variables hold at the entry of a method that is not static, as frames tell it. */
    static Object[] locals(String type, String descriptor) {
        List<Object> locals = new ArrayList<>();
        locals.add(type);
        for (Type parameter : Type.getArgumentTypes(descriptor)) {
            switch (parameter.getSort()) {
                case Type.FLOAT:
                    locals.add(Opcodes.FLOAT);
                    break;
                case Type.LONG:
                    locals.add(Opcodes.LONG);
                    break;
                case Type.DOUBLE:
                    locals.add(Opcodes.DOUBLE);
                    break;
                case Type.ARRAY:
                case Type.OBJECT:
                    locals.add(parameter.getInternalName());
                    break;
                default:
                    locals.add(Opcodes.INTEGER);
            }
        }
        return locals.toArray();
    }

    /** What {@code code} throws is dropped; the operand stack is empty before and after it. */
    static void guarded(MethodVisitor to, boolean frames, Object[] locals, Runnable code) {
        Label from = new Label();
        Label until = new Label();
        Label handler = new Label();
        Label after = new Label();
        to.visitTryCatchBlock(from, until, handler, null);
        to.visitLabel(from);
        code.run();
        to.visitLabel(until);
        to.visitJumpInsn(Opcodes.GOTO, after);
        to.visitLabel(handler);
        if (frames) {
            to.visitFrame(Opcodes.F_NEW, locals.length, locals, 1, new Object[] {"java/lang/Throwable"});
        }
        to.visitInsn(Opcodes.POP);
        to.visitLabel(after);
        if (frames) {
            to.visitFrame(Opcodes.F_NEW, locals.length, locals, 0, new Object[0]);
        }
        to.visitInsn(Opcodes.NOP); // the method may have a frame of its own here
    }

    @Override
    public void visitCode() {
        super.visitCode();
        guarded(mv, frames, locals, () -> {
            if (hook.argument() >= 0) {
                mv.visitVarInsn(Opcodes.ALOAD, hook.argument());
            }
            mv.visitMethodInsn(Opcodes.INVOKESTATIC, CallsClass.TASKS, hook.method(), hook.descriptor(), false);
        });
    }
}
