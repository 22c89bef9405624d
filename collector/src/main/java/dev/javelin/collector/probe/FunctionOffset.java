package dev.javelin.collector.probe;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.session.JavelinException;
import java.nio.ByteBuffer;

/**
 * An offset in a function at which a probe is asked for. The kernel puts a trap wherever it is told to: in the middle of an instruction that
 * would be another instruction, and the end of the process. The function's code is read from its beginning on, which tells where instructions
 * begin as long as there is nothing else in between; compilers put their tables elsewhere.
 */
final class FunctionOffset {
    private static final int LONGEST_INSTRUCTION = 15;

    private FunctionOffset() {}

    /**
     * Does nothing if an instruction of the function begins at the offset that the specification has.
     *
     * @throws JavelinException usage, if none does, or it is not known
     * @throws ElfException if the function's code reaches beyond the file
     */
    static void require(ProbeSpec spec, ElfFile file, FunctionPoint function) throws ElfException {
        long offset = spec.offset();
        if (function.size() == 0) {
            throw refused(
                    spec, "how long " + function.name() + " is is not known, and so not whether this is within it");
        }
        if (offset >= function.size()) {
            throw refused(spec, "is not within " + function.name() + ", which has " + function.size() + " bytes");
        }
        long bytes = Math.min(function.size(), offset + LONGEST_INSTRUCTION);
        ByteBuffer code = file.bytes(function.fileOffset(), bytes, "code of " + function.symbol());
        String wrong = wrong(code, (int) offset);
        if (wrong != null) {
            throw refused(spec, wrong.replace("FUNC", function.name()));
        }
    }

    private static JavelinException refused(ProbeSpec spec, String why) {
        return JavelinException.usage(spec.text() + ": " + why);
    }

    /** What is wrong with an offset; null if an instruction begins there. */
    static String wrong(ByteBuffer code, int offset) {
        InstructionReader reader = new InstructionReader(code);
        int at = 0;
        while (at < offset) {
            int length = reader.length(at);
            if (length == InstructionReader.UNKNOWN) {
                return "what stands at FUNC+0x" + Integer.toHexString(at)
                        + " is not understood, and so not whether an instruction begins here";
            }
            if (at + length > offset) {
                return "no instruction of FUNC begins here, but at +0x" + Integer.toHexString(at) + " and +0x"
                        + Integer.toHexString(at + length);
            }
            at += length;
        }
        return reader.length(at) == InstructionReader.UNKNOWN
                ? "what stands there is no instruction that is known"
                : null;
    }
}
