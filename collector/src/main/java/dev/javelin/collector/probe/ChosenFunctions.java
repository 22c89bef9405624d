package dev.javelin.collector.probe;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The functions that the dynamic linker of a process has chosen for IFUNCs of a library. They stand in the words (GOT) through which the process
 * calls them: those of the library itself, which name the resolver, and those of all others, which name the symbol. Used by one thread.
 */
final class ChosenFunctions {
    private final TargetLibraries libraries;
    private final TargetLibrary library;
    private final ElfFile file;
    private final Map<FunctionPoint, FunctionPoint> chosen = new HashMap<>();

    private ChosenFunctions(TargetLibraries libraries, TargetLibrary library, ElfFile file) {
        this.libraries = libraries;
        this.library = library;
        this.file = file;
    }

    /** By IFUNC what was chosen for it, with its name; those for which nothing was chosen yet, or nothing can be found, are not there. */
    static Map<FunctionPoint, FunctionPoint> of(
            TargetLibraries libraries, TargetLibrary library, ElfFile file, List<FunctionPoint> ifuncs) {
        ChosenFunctions functions = new ChosenFunctions(libraries, library, file);
        if (!ifuncs.isEmpty()) {
            functions.find(ifuncs);
        }
        return functions.chosen;
    }

    private void find(List<FunctionPoint> ifuncs) {
        try (TargetMemory memory = TargetMemory.open(libraries.pid())) {
            for (FunctionPoint ifunc : ifuncs) {
                find(file, library, ifunc, ifunc.address(), memory);
            }
            for (TargetLibrary other : libraries.all()) {
                List<FunctionPoint> missing = ifuncs.stream()
                        .filter(ifunc -> !chosen.containsKey(ifunc))
                        .toList();
                if (missing.isEmpty()) {
                    return;
                }
                find(other, missing, memory);
            }
        } catch (IOException | MemoryUnreadable e) {
            return; // without a privilege, or it has ended
        }
    }

    private void find(TargetLibrary caller, List<FunctionPoint> ifuncs, TargetMemory memory) {
        try (ElfFile calling = ElfFile.open(Path.of(caller.pathToOpen()))) {
            for (FunctionPoint ifunc : ifuncs) {
                find(calling, caller, ifunc, -1, memory);
            }
        } catch (IOException e) {
            return; // no library
        }
    }

    private void find(ElfFile calling, TargetLibrary caller, FunctionPoint ifunc, long resolver, TargetMemory memory)
            throws ElfException {
        List<Mapping> code = libraries.code(caller);
        OptionalLong moved = code.isEmpty() ? OptionalLong.empty() : moved(calling, code.get(0));
        if (moved.isEmpty()) {
            return;
        }
        for (long slot : calling.callSlots(ifunc.symbol(), resolver)) {
            FunctionPoint function = at(memory.readLong(moved.getAsLong() + slot), ifunc);
            if (function != null) {
                chosen.put(ifunc, function);
                return;
            }
        }
    }

    /** What a mapping's addresses are more than those in its file. */
    private static OptionalLong moved(ElfFile elf, Mapping mapping) {
        OptionalLong linked = elf.vaddrOfFileOffset(mapping.fileOffset());
        return linked.isEmpty() ? linked : OptionalLong.of(mapping.start() - linked.getAsLong());
    }

    /** Null for what is no code of the library, or only a stub that has not been linked yet. */
    private FunctionPoint at(long address, FunctionPoint ifunc) {
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
