package dev.javelin.collector.probe;

import static dev.javelin.collector.probe.PrologueReader.Kind.BRANCH;
import static dev.javelin.collector.probe.PrologueReader.Kind.NOP;
import static dev.javelin.collector.probe.PrologueReader.Kind.OTHER;
import static dev.javelin.collector.probe.PrologueReader.Kind.PUSH;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import java.nio.ByteBuffer;

/**
 * The instruction of a function on which a probe of its entry is set: the first that the kernel emulates, as long as the integer arguments
 * (rdi, rsi, rdx, rcx, r8, r9) and the return address at {@code [rsp]} still stand, so that a probe of the return can be set there as well.
 * Memory is as at the entry; {@code rax}, {@code rbx}, {@code rbp}, {@code r10} to {@code r15} and vector registers may have changed.
 *
 * <p>An emulated instruction costs about half a microsecond a hit; any other has to be executed alone, with a second trap after it: 12 to 18
 * microseconds on virtual machines. The kernel emulates (arch/x86/kernel/uprobes.c, Linux 5.15 to 6.18) {@code push} of a register,
 * {@code nop} of one byte with any prefixes, and relative jumps and calls; longer nops ({@code 0f 1f}) since 6.16 only, so that they are
 * passed over here. {@code endbr64}, with which most functions begin, it does not emulate.
 *
 * <p>A function that loops must not hit the probe at each turn. No loop of compiled code leads back to a push before its frame is made:
 * the stack would grow with each turn, and calls of itself that were turned into loops jump behind the prologue. A nop or a branch may
 * be in a loop; it is taken only if nothing in the function's code looks like a jump to it or to the instructions before it. (Checked with
 * objdump: in libjvm of JDK 17 nothing jumps there in 24,897 functions. In assembly code other functions may: glibc's {@code mempcpy}
 * goes on in {@code memcpy} behind its first instruction, and such a call then counts as one of {@code memcpy}.)
 *
 * @param offset bytes from the function's first
 * @param emulated whether the kernel emulates the instruction; if not, it is the function's first
 */
public record ProbePoint(int offset, boolean emulated) {
    private static final ProbePoint ENTRY = new ProbePoint(0, false);
    /** Where nothing says how long a function is, no more of it than that is looked at. */
    private static final int LEAST_CODE = 64;

    private static final int MOST_CODE = 1 << 20;

    /**
     * Chooses the instruction of a function in a file.
     *
     * @throws ElfException if its code reaches beyond the file
     */
    public static ProbePoint of(ElfFile file, FunctionPoint function) throws ElfException {
        long size = function.size() == 0 ? LEAST_CODE : Math.min(function.size(), MOST_CODE);
        return of(file.bytes(function.fileOffset(), size, "code of " + function.symbol()));
    }

    /** Chooses the instruction; the code is that of the whole function. */
    static ProbePoint of(ByteBuffer code) {
        PrologueReader reader = new PrologueReader(code);
        while (true) {
            int start = reader.at();
            PrologueReader.Kind kind = reader.next();
            boolean emulated = kind == PUSH || ((kind == NOP || kind == BRANCH) && !isJumpedTo(code, start));
            if (emulated) {
                return new ProbePoint(start, true);
            }
            if (kind == BRANCH || kind == OTHER) {
                return ENTRY;
            }
        }
    }

    /**
     * Whether any bytes look like a relative jump to an address behind the entry and up to {@code last}. Instructions are not told apart, as
     * that would need all their lengths: what looks like a jump and is none costs a cheaper probe, and nothing else.
     */
    private static boolean isJumpedTo(ByteBuffer code, int last) {
        for (int at = 0; at + 1 < code.limit(); at++) {
            int opcode = code.get(at) & 0xff;
            boolean near = (opcode >= 0x70 && opcode <= 0x7f) || opcode == 0xeb || (opcode >= 0xe0 && opcode <= 0xe3);
            if (near && isWithin(at + 2L + code.get(at + 1), last)) {
                return true;
            }
            boolean far = opcode == 0xe9 || (opcode >= 0x80 && opcode <= 0x8f && at > 0 && code.get(at - 1) == 0x0f);
            if (far && at + 5 <= code.limit() && isWithin(at + 5L + code.getInt(at + 1), last)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isWithin(long target, int last) {
        return target > 0 && target <= last;
    }
}
