package dev.javelin.collector.walker;

import dev.javelin.bpf.BpfLink;
import dev.javelin.bpf.BpfObject;
import dev.javelin.bpf.BpfProgram;
import dev.javelin.bpf.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/** Attaches the kernel functions of a probe, but those that are traced by fentry. Used by one thread. */
final class KernelLinks {
    static final String FUNCTION = "on_kernel_function";
    static final String RETURN = "on_kernel_return";
    static final String FUNCTIONS = "on_kernel_functions";
    static final String RETURNS = "on_kernel_returns";

    /** What the kernel says if it does not know a function's name any more, or cannot trace it. */
    private static final Set<Integer> REFUSALS = Set.of(Errno.ESRCH, Errno.EINVAL, Errno.ENOENT);

    private final BpfObject object;
    private final ToLongFunction<String> cookie;
    private final List<BpfLink> links;
    private int refused;

    /**
     * Of one probe.
     *
     * @param cookie of a function
     * @param links where new links are put
     */
    KernelLinks(BpfObject object, ToLongFunction<String> cookie, List<BpfLink> links) {
        this.object = object;
        this.cookie = cookie;
        this.links = links;
    }

    /** The programs that a point needs; none if it is no kernel function. */
    static List<String> programs(AttachPoint point) {
        List<String> programs = new ArrayList<>();
        if (point instanceof AttachPoint.KernelEntry) {
            programs.add(FUNCTION);
        } else if (point instanceof AttachPoint.KernelReturn) {
            programs.add(RETURN);
        } else if (point instanceof AttachPoint.KernelFunctions many) {
            if (many.atReturn()) {
                programs.add(RETURNS);
            }
            if (many.atEntry()) {
                programs.add(FUNCTIONS);
            }
        }
        return programs;
    }

    /** Functions of a pattern that the kernel has refused. */
    int refused() {
        return refused;
    }

    /**
     * Attaches a point if it is one of the kernel's functions.
     *
     * @throws dev.javelin.bpf.BpfException when the kernel refuses
     */
    void attach(AttachPoint point) {
        if (point instanceof AttachPoint.KernelEntry at) {
            attach(object.program(FUNCTION), at.function(), at.offset(), false);
        } else if (point instanceof AttachPoint.KernelReturn at) {
            attach(object.program(RETURN), at.function(), 0, true);
        } else if (point instanceof AttachPoint.KernelFunctions many) {
            List<String> functions = many.functions();
            if (many.atReturn()) { // first, so that no call is without it
                functions = attach(object.program(RETURNS), functions, true);
            }
            if (many.atEntry()) {
                attach(object.program(FUNCTIONS), functions, false);
            }
        }
    }

    private void attach(BpfProgram program, String function, long offset, boolean onReturn) {
        links.add(program.attachKprobe(function, offset, onReturn, cookie.applyAsLong(function)));
    }

    /** Returns those that were attached. */
    private List<String> attach(BpfProgram program, List<String> functions, boolean onReturn) {
        Set<String> left = Set.copyOf(ManyByOneLink.attach(
                functions, part -> program.attachKprobes(part, onReturn, cookie), REFUSALS, links));
        refused += left.size();
        return functions.stream().filter(function -> !left.contains(function)).toList();
    }
}
