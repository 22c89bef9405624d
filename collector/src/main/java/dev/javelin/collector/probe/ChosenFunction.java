package dev.javelin.collector.probe;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * The function that the dynamic linker of a process has chosen for an IFUNC. It stands in the words (GOT) through which the process calls
 * it: those of the library itself, which name the resolver, and those of all others, which name the symbol. Used by one thread.
 */
final class ChosenFunction {
    private final TargetLibraries libraries;
    private final TargetLibrary library;
    private final ElfFile file;
    private final FunctionPoint ifunc;

    private ChosenFunction(TargetLibraries libraries, TargetLibrary library, ElfFile file, FunctionPoint ifunc) {
        this.libraries = libraries;
        this.library = library;
        this.file = file;
        this.ifunc = ifunc;
    }

    /** The function with the IFUNC's name; null if none was chosen yet, or it cannot be found. */
    static FunctionPoint of(TargetLibraries libraries, TargetLibrary library, ElfFile file, FunctionPoint ifunc) {
        return new ChosenFunction(libraries, library, file, ifunc).find();
    }

    private FunctionPoint find() {
        try (TargetMemory memory = TargetMemory.open(libraries.pid())) {
            FunctionPoint own = among(file, library, ifunc.address(), memory);
            if (own != null) {
                return own;
            }
            for (TargetLibrary other : libraries.all()) {
                FunctionPoint chosen = among(other, memory);
                if (chosen != null) {
                    return chosen;
                }
            }
        } catch (IOException | MemoryUnreadable e) {
            return null; // without a privilege, or it has ended
        }
        return null;
    }

    private FunctionPoint among(TargetLibrary other, TargetMemory memory) {
        try (ElfFile calling = ElfFile.open(Path.of(other.pathToOpen()))) {
            return among(calling, other, -1, memory);
        } catch (IOException e) {
            return null; // no library
        }
    }

    private FunctionPoint among(ElfFile calling, TargetLibrary caller, long resolver, TargetMemory memory)
            throws ElfException {
        List<Mapping> code = libraries.code(caller);
        OptionalLong moved = code.isEmpty() ? OptionalLong.empty() : moved(calling, code.get(0));
        if (moved.isEmpty()) {
            return null;
        }
        for (long slot : calling.callSlots(ifunc.symbol(), resolver)) {
            FunctionPoint chosen = at(memory.readLong(moved.getAsLong() + slot));
            if (chosen != null) {
                return chosen;
            }
        }
        return null;
    }

    /** What a mapping's addresses are more than those in its file. */
    private static OptionalLong moved(ElfFile elf, Mapping mapping) {
        OptionalLong linked = elf.vaddrOfFileOffset(mapping.fileOffset());
        return linked.isEmpty() ? linked : OptionalLong.of(mapping.start() - linked.getAsLong());
    }

    /** Null for what is no code of the library, or only a stub that has not been linked yet. */
    private FunctionPoint at(long address) {
        for (Mapping code : libraries.code(library)) {
            OptionalLong moved = moved(file, code);
            if (code.contains(address) && moved.isPresent()) {
                long linked = address - moved.getAsLong();
                OptionalLong offset = file.fileOffsetOfVaddr(linked);
                return offset.isEmpty() || isStub(linked)
                        ? null
                        : new FunctionPoint(ifunc.name(), ifunc.symbol(), linked, offset.getAsLong(), 0, false);
            }
        }
        return null;
    }

    private boolean isStub(long linked) {
        return file.sections().stream()
                .filter(section -> section.name().startsWith(".plt"))
                .anyMatch(section -> linked >= section.address() && linked < section.address() + section.size());
    }
}
