package dev.javelin.collector.probe;

import dev.javelin.collector.probe.Predicate.Variable;
import dev.javelin.collector.probe.ProbeSpec.Kind;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.AttachPoint;
import dev.javelin.collector.walker.ProbeRow.Argument;
import dev.javelin.collector.walker.ProbeRow.What;
import java.util.List;
import java.util.Set;

/** Which values the events of a probe have: what there is not would count as 0, and a condition on it never hold. */
final class ProbeValues {
    private ProbeValues() {}

    /** Whether the condition of a probe reads its arguments. */
    static boolean usesArguments(ProbeSpec spec) {
        return variables(spec).stream().anyMatch(ProbeValues::isArgument);
    }

    /** What the condition of a probe reads. */
    static Set<Variable> variables(ProbeSpec spec) {
        return spec.predicate() == null ? Set.of() : spec.predicate().variables();
    }

    private static boolean isArgument(Variable variable) {
        return variable.name().startsWith("ARG");
    }

    /**
     * Does nothing if all is there that a probe's condition reads, and what its events are told apart by.
     *
     * @param call whether an event is a call from entry to return
     * @throws JavelinException usage, with what there is
     */
    static void require(ProbeSpec spec, Found found, boolean call, What key) {
        boolean calls = call || spec.kind() == Kind.SYSCALL;
        Set<Variable> used = variables(spec);
        if (!calls && (used.contains(Variable.DURATION) || key.equals(What.DURATION))) {
            throw none(spec, "duration", "what happens at a moment takes no time");
        }
        if (!calls && !spec.kind().isReturn() && (used.contains(Variable.RETVAL) || key.equals(What.RETURN))) {
            throw none(spec, "returned value", "what happens at a moment returns nothing");
        }
        if (used.contains(Variable.RETVAL) || key.equals(What.RETURN)) {
            requireReturned(spec, found);
        }
        if (key.equals(What.SYSCALL) && spec.kind() != Kind.SYSCALL) {
            throw JavelinException.usage(
                    spec.text() + ": --by syscall tells system calls apart, of which it is none: leave it out");
        }
        used.stream().filter(ProbeValues::isArgument).forEach(each -> requireArgument(spec, found, each.index()));
        if (key.code() == What.argument(0).code()) {
            requireArgument(spec, found, key.index());
        }
    }

    private static JavelinException none(ProbeSpec spec, String what, String why) {
        return JavelinException.usage(spec.text() + ": has no " + what + ": " + why);
    }

    static void requireReturned(ProbeSpec spec, Found found) {
        if (found.isVoid()) {
            throw none(spec, "returned value", "the function is void");
        }
    }

    static void requireArgument(ProbeSpec spec, Found found, int number) {
        int arguments = spec.kind() == Kind.SYSCALL
                ? syscallArguments(found.points())
                : found.arguments().size();
        if (number >= arguments) {
            throw none(
                    spec, "arg" + number, "there " + shown(arguments) + (hasRegisters(spec) ? ", in registers" : ""));
        }
        if (spec.kind() == Kind.TRACEPOINT && found.arguments().get(number).kind() == Argument.CONSTANT) {
            throw none(spec, "number arg" + number, "that field is a text or an array");
        }
    }

    private static boolean hasRegisters(ProbeSpec spec) {
        return spec.kind() == Kind.UPROBE || spec.kind() == Kind.URETPROBE;
    }

    private static String shown(int arguments) {
        return switch (arguments) {
            case 0 -> "are no arguments";
            case 1 -> "is arg0 only";
            default -> "are arg0 to arg" + (arguments - 1);
        };
    }

    /** Of the system call that has most. */
    private static int syscallArguments(List<AttachPoint> points) {
        return points.stream()
                .filter(AttachPoint.Syscalls.class::isInstance)
                .flatMap(point -> ((AttachPoint.Syscalls) point).numbers().stream())
                .mapToInt(number -> SyscallArguments.of(number).size())
                .max()
                .orElse(0);
    }
}
