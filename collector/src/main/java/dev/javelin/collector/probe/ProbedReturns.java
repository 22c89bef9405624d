package dev.javelin.collector.probe;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.session.JavelinException;
import java.util.List;
import java.util.Set;

/**
 * Which functions' returns may be probed. To see one, the kernel puts the address of code of its own in place of the return address, and whoever
 * unwinds the stack meanwhile meets that.
 */
final class ProbedReturns {
    /**
     * What HotSpot calls from stubs that leave the pc of their frame out of the anchor (set_last_Java_frame without one, in
     * c1_Runtime1_x86.cpp and sharedRuntime_x86_64.cpp, and what C2 makes of generate_stub): it takes the return address of the call for the
     * pc. With another one there neither the stub nor its oop map is found. Tried with JDK 17 and 25: each of these but JVMCI's, which was not,
     * ends the JVM within a second or two. InterpreterRuntime's are called by way of MacroAssembler::call_VM, which pushes an address of its own
     * for that; two million of their calls did no harm.
     */
    private static final List<String> CALLED_BY_STUBS = List.of(
            "Runtime1::",
            "OptoRuntime::",
            "SharedRuntime::",
            "Deoptimization::",
            "JVMCIRuntime::",
            "SafepointSynchronize::handle_polling_page_exception(");

    /** What C++ code uses that throws, or lets exceptions of others pass (Itanium C++ ABI: Exception Handling, and libgcc's unwinder). */
    private static final Set<String> THROWS =
            Set.of("__cxa_throw", "__cxa_rethrow", "_Unwind_RaiseException", "__gxx_personality_v0");

    /** They throw themselves, for all others. */
    private static final Set<String> RUNTIMES = Set.of("libstdc++", "libgcc_s", "libc++", "libc++abi", "libunwind");

    private ProbedReturns() {}

    /**
     * The functions whose returns can be probed.
     *
     * @param mayThrow whether those that an exception could pass are allowed, too
     * @param warnings where it is added what was left out, and what is dangerous
     * @throws JavelinException usage, if there are none, or if one might end the process
     */
    static List<FunctionPoint> allowed(
            ProbeSpec spec,
            TargetLibrary library,
            ElfFile file,
            List<FunctionPoint> functions,
            boolean mayThrow,
            Set<String> warnings)
            throws ElfException {
        List<FunctionPoint> allowed = functions.stream()
                .filter(function -> !isCalledByStubs(function.name()))
                .toList();
        if (allowed.isEmpty()) {
            throw JavelinException.usage(
                    spec.text() + ": a probe of its return would crash the JVM, which reads there where it goes on:"
                            + " 'record -e uprobe:' and 'trace uprobe:' show its entries");
        }
        int left = functions.size() - allowed.size();
        if (left > 0) {
            warnings.add(left + (left == 1 ? " function is" : " functions are")
                    + " left out: a probe of the return would crash the JVM, which reads there where it goes on");
        }
        if (RUNTIMES.contains(library.name()) || FunctionTable.of(file).imports(ProbedReturns::isForExceptions)) {
            String danger = library.name() + " throws C++ exceptions: one that passes a function whose return is probed"
                    + " ends the process (std::terminate)";
            if (!mayThrow) {
                throw JavelinException.usage(spec.text() + ": " + danger
                        + "; 'record -e uprobe:' and 'trace uprobe:' show its entries, --may-throw takes the risk");
            }
            warnings.add(danger);
        }
        return allowed;
    }

    /** libstdc++ throws what {@code vector::at} and others do by functions of its own, {@code std::__throw_out_of_range}. */
    private static boolean isForExceptions(String symbol) {
        return THROWS.contains(symbol) || (symbol.startsWith("_ZSt") && symbol.contains("__throw_"));
    }

    static boolean isCalledByStubs(String function) {
        return CALLED_BY_STUBS.stream().anyMatch(function::startsWith);
    }
}
