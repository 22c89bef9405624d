package dev.javelin.collector.probe;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A register of x86-64 that the kernel keeps in {@code struct pt_regs} (arch/x86/include/asm/ptrace.h). */
public enum X86Register {
    R15(0),
    R14(8),
    R13(16),
    R12(24),
    BP(32),
    BX(40),
    R11(48),
    R10(56),
    R9(64),
    R8(72),
    AX(80),
    CX(88),
    DX(96),
    SI(104),
    DI(112),
    ORIG_AX(120),
    IP(128),
    CS(136),
    FLAGS(144),
    SP(152);

    private static final Map<String, X86Register> BY_NAME = new HashMap<>();

    static {
        for (X86Register register : values()) {
            register.addNames();
        }
    }

    private final int offset;

    X86Register(int offset) {
        this.offset = offset;
    }

    /** Where its 8 bytes are in {@code struct pt_regs}, in bytes. */
    public int offset() {
        return offset;
    }

    /** The register of an assembler's name without the percent sign, of any width: {@code rax eax ax al ah r8 r8d r8w r8b}; else null, also for the
     * instruction pointer, which no operand is relative to without a symbol. */
    public static X86Register named(String name) {
        return BY_NAME.get(name);
    }

    private void addNames() {
        String name = name().toLowerCase(Locale.ROOT);
        switch (this) {
            case ORIG_AX, IP, CS, FLAGS -> {} // never an operand
            case AX, BX, CX, DX -> {
                char letter = name.charAt(0);
                add("r" + name, "e" + name, name, letter + "l", letter + "h");
            }
            case SI, DI, BP, SP -> add("r" + name, "e" + name, name, name + "l");
            default -> add(name, name + "d", name + "w", name + "b");
        }
    }

    private void add(String... names) {
        for (String name : names) {
            BY_NAME.put(name, this);
        }
    }
}
