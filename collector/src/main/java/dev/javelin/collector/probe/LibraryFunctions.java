package dev.javelin.collector.probe;

import dev.javelin.collector.session.JavelinException;
import java.util.List;

/** Finds the functions of a library that a user names, and says why where a probe on one would be of no use. */
public final class LibraryFunctions {
    private static final int SHOWN = 8;

    private LibraryFunctions() {}

    /**
     * The functions of that name (see {@link FunctionTable#find}) on which a probe fires, at least one, ascending by address.
     *
     * @throws UnknownNameException if there is none of that name
     * @throws JavelinException if the library only calls it, and another one defines it; or if it is an IFUNC, which nobody calls
     */
    public static List<FunctionPoint> find(
            TargetLibraries libraries, TargetLibrary library, FunctionTable functions, String name)
            throws UnknownNameException {
        List<FunctionPoint> found = functions.find(name);
        List<FunctionPoint> called =
                found.stream().filter(point -> !point.ifunc()).toList();
        if (!called.isEmpty()) {
            return called;
        }
        if (!found.isEmpty()) {
            throw chosenAtLoadTime(library, functions, found.get(0));
        }
        if (functions.imports(name)) {
            throw definedElsewhere(libraries, library, name);
        }
        throw new UnknownNameException(
                library.name() + " has no function '" + name + "'", name, functions.names(name.indexOf('(') >= 0));
    }

    private static JavelinException chosenAtLoadTime(
            TargetLibrary library, FunctionTable functions, FunctionPoint ifunc) {
        List<String> names = functions.implementations(ifunc);
        String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
        String more = names.size() > SHOWN ? ", " + (names.size() - SHOWN) + " more" : "";
        return JavelinException.usage("a probe on " + ifunc.name() + " of " + library.name()
                + " would not fire, as the linker chooses one of several functions by the CPU (IFUNC): "
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
