package dev.javelin.agent.methods;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Adds one probe to one method: the time of the entry is kept in a local variable of its own behind all others, and handed over when the
 * method returns or throws. Nothing that the method has is moved, so that its own frames stay right but for that variable.
 *
 * <p>A constructor's time begins with it, but only from the call of the other constructor on, when the object may be handed around, are
 * exceptions seen (JVM specification, 4.10.1.4), and the thread's slot told.
 */
class MethodCode extends MethodVisitor {
    private static final String CALLS = CallsClass.NAME;
    private static final int USES_SHIFT = 48;

    private final long probe;
    private final boolean slots;
    private final boolean frames;
    /** The variable. */
    final int local;

    private final List<Label> ranges = new ArrayList<>();
    private Label begin;
    /** Of a constructor, the objects whose own have not been called; -1 when its own was, and in other methods. */
    private int uninitialised;

    /**
     * Writes to {@code next}.
     *
     * @param probe its word, see {@code Calls}
     * @param slots whether the threads' slots tell of it
     * @param frames whether the class file has stack map frames: from version 50 on
     * @param local the first local variable that is free
     */
    MethodCode(MethodVisitor next, boolean constructor, long probe, boolean slots, boolean frames, int local) {
        super(Opcodes.ASM9, next);
        this.probe = probe;
        this.slots = slots;
        this.frames = frames;
        this.local = local;
        this.uninitialised = constructor ? 0 : -1;
    }

    @Override
    public void visitCode() {
        super.visitCode();
        begin();
        super.visitVarInsn(Opcodes.LSTORE, local);
        if (uninitialised < 0) {
            enter();
        }
    }

    /** Leaves on the stack what the variable is to hold. */
    void begin() {
        super.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/System", "nanoTime", "()J", false);
    }

    private void enter() {
        if (slots) {
            pushProbe();
            super.visitVarInsn(Opcodes.LLOAD, local);
            super.visitMethodInsn(Opcodes.INVOKESTATIC, CALLS, "enterSlot", "(JJ)J", false);
            super.visitVarInsn(Opcodes.LSTORE, local);
        }
        begin = new Label();
        super.visitLabel(begin);
    }

    /**
     * Its bits above 48 are not in the constant pool: HotSpot keeps there what any code of the class had in it, and copies it each time, so that
     * every probe would make it larger. The block's address comes again.
     */
    private void pushProbe() {
        super.visitLdcInsn(probe & ((1L << USES_SHIFT) - 1));
        super.visitIntInsn(Opcodes.SIPUSH, (short) (probe >>> USES_SHIFT));
        super.visitInsn(Opcodes.I2L);
        super.visitIntInsn(Opcodes.BIPUSH, USES_SHIFT);
        super.visitInsn(Opcodes.LSHL);
        super.visitInsn(Opcodes.LOR);
    }

    /** Hands the variable over. */
    void exit() {
        pushProbe();
        super.visitVarInsn(Opcodes.LLOAD, local);
        super.visitMethodInsn(Opcodes.INVOKESTATIC, CALLS, slots ? "exitSlot" : "exit", "(JJ)V", false);
    }

    /** What follows is not to be told twice, should it throw. */
    private void endRange() {
        Label end = new Label();
        super.visitLabel(end);
        ranges.add(begin);
        ranges.add(end);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
        super.visitTypeInsn(opcode, type);
        if (opcode == Opcodes.NEW && uninitialised >= 0) {
            uninitialised++;
        }
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
        if (opcode == Opcodes.INVOKESPECIAL && name.equals("<init>") && uninitialised >= 0 && --uninitialised < 0) {
            enter();
        }
    }

    @Override
    public void visitInsn(int opcode) {
        boolean returns = opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN;
        if (returns) {
            endRange();
            exit();
        }
        super.visitInsn(opcode);
        if (returns) {
            begin = new Label();
            super.visitLabel(begin);
        }
    }

    @Override
    public void visitFrame(int type, int localCount, Object[] locals, int stackCount, Object[] stack) {
        List<Object> all = new ArrayList<>();
        int size = 0;
        for (int i = 0; i < localCount; i++) {
            all.add(locals[i]);
            size += locals[i] == Opcodes.LONG || locals[i] == Opcodes.DOUBLE ? 2 : 1;
        }
        add(all, size);
        super.visitFrame(type, all.size(), all.toArray(), stackCount, stack);
    }

    private void add(List<Object> locals, int size) {
        for (int i = size; i < local; i++) {
            locals.add(Opcodes.TOP);
        }
        locals.add(Opcodes.LONG);
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
        endRange();
        Label handler = new Label();
        super.visitLabel(handler);
        if (frames) {
            List<Object> locals = new ArrayList<>();
            add(locals, 0);
            super.visitFrame(Opcodes.F_NEW, locals.size(), locals.toArray(), 1, new Object[] {"java/lang/Throwable"});
        }
        exit();
        super.visitInsn(Opcodes.ATHROW);
        for (int i = 0; i < ranges.size(); i += 2) {
            // the class format has no empty ones
            if (ranges.get(i).getOffset() < ranges.get(i + 1).getOffset()) {
                super.visitTryCatchBlock(ranges.get(i), ranges.get(i + 1), handler, null);
            }
        }
        super.visitMaxs(maxStack, maxLocals);
    }
}
