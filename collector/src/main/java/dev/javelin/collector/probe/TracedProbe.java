package dev.javelin.collector.probe;

import dev.javelin.collector.walker.Probes;
import java.util.List;

/**
 * A probe whose hits are shown one by one: a function, a USDT probe, a tracepoint, or system calls.
 *
 * @param name what a hit is called: the specification without a condition; for system calls, without the call's name
 * @param call whether a hit is a call, with what it returned and how long it took
 * @param syscalls whether the number of the hit's system call tells its name and its arguments
 * @param parameters the arguments that are shown; empty for system calls
 */
public record TracedProbe(Probes.Probe probe, String name, boolean call, boolean syscalls, List<Parameter> parameters) {
    public TracedProbe {
        parameters = List.copyOf(parameters);
    }

    /** Whether it is on Java methods, of whose calls the duration alone is known. */
    public boolean isMethod() {
        return name.startsWith(ProbeSpec.Kind.JAVA.text() + ":");
    }
}
