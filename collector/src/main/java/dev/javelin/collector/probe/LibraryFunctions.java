package dev.javelin.collector.probe;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.session.JavelinException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds the functions of a library that a user names, and says why where a probe on one would be of no use. */
public final class LibraryFunctions {
    private static final int SHOWN = 8;

    private LibraryFunctions() {}

    /**
     * The functions of that name (see {@link FunctionTable#find}) on which a probe fires, at least one, ascending by address.
     *
     * <p>Instead of an IFUNC, which nobody calls, it is what the process's dynamic linker has chosen for it; glibc has an old memcpy beside
     * it, for programs of before 2.14. Of those that a pattern fits, the ones are left out that no library of the process calls.
     *
     * @throws UnknownNameException if there is none of that name
     * @throws JavelinException if the library only calls it, and another one defines it; or if nothing was chosen yet for an IFUNC
     */
    public static List<FunctionPoint> find(TargetLibraries libraries, TargetLibrary library, ElfFile file, String name)
            throws UnknownNameException, ElfException {
        FunctionTable functions = FunctionTable.of(file);
        List<FunctionPoint> found = functions.find(name);
        if (found.isEmpty()) {
            if (functions.imports(name::equals)) {
                throw definedElsewhere(libraries, library, name);
            }
            throw new UnknownNameException(
                    library.name() + " has no function '" + name + "'", name, functions.names(name.indexOf('(') >= 0));
        }
        List<FunctionPoint> ifuncs = found.stream().filter(FunctionPoint::ifunc).toList();
        Map<FunctionPoint, FunctionPoint> chosen = ChosenFunctions.of(libraries, library, file, ifuncs);
        Map<Long, FunctionPoint> points = new TreeMap<>(); // memcpy and memmove may be the same function
        for (FunctionPoint point : found) {
            FunctionPoint called = point.ifunc() ? chosen.get(point) : point;
            if (called != null) {
                points.putIfAbsent(called.address(), called);
            } else if (point.symbol().equals(name)) {
                throw chosenAtLoadTime(library, functions, point);
            }
        }
        if (points.isEmpty()) {
            throw chosenAtLoadTime(library, functions, ifuncs.get(0));
        }
        return List.copyOf(points.values());
    }

    private static JavelinException chosenAtLoadTime(
            TargetLibrary library, FunctionTable functions, FunctionPoint ifunc) {
        List<String> names = functions.implementations(ifunc);
        String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
        String more = names.size() > SHOWN ? ", " + (names.size() - SHOWN) + " more" : "";
        return JavelinException.usage("a probe on " + ifunc.name() + " of " + library.name()
                + " would not fire, as the linker chooses one of several functions by the CPU (IFUNC), and has not yet: "
                + (names.isEmpty()
                        ? "install the debug symbols of " + library.name() + ", which name them"
                        : "name that one: " + shown + more));
    }

    private static JavelinException definedElsewhere(TargetLibraries libraries, TargetLibrary library, String name) {
        List<String> defining = libraries.defining(name);
        return JavelinException.usage(library.name() + " only calls " + name + ": "
                + (defining.isEmpty()
                        ? "no library that is mapped now defines it"
                        : "set the probe where it is defined, in " + String.join(" or ", defining)));
    }
}
