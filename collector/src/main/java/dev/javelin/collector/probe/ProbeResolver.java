package dev.javelin.collector.probe;

import dev.javelin.bpf.KernelFeatures;
import dev.javelin.bpf.KernelTypes;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.probe.Predicate.Variable;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.AttachPoint;
import dev.javelin.collector.walker.ProbeRow;
import dev.javelin.collector.walker.ProbeRow.Argument;
import dev.javelin.collector.walker.ProbeRow.What;
import dev.javelin.collector.walker.Probes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * From what a user names to what is attached: finds libraries, functions and instructions in the targets, and fails with what is wrong
 * and what was probably meant before anything is attached. Used by one thread.
 */
public final class ProbeResolver {
    /** Setting one takes a millisecond or more; where each is a link and a file of its own, fewer can be had. */
    private static final int MANY = KernelFeatures.hasUprobeMulti() ? 5_000 : 300;

    /** x86-64 System V calling convention. */
    private static final List<X86Register> ARGUMENTS = List.of(
            X86Register.named("rdi"),
            X86Register.named("rsi"),
            X86Register.named("rdx"),
            X86Register.named("rcx"),
            X86Register.named("r8"),
            X86Register.named("r9"));

    private final List<Integer> pids;
    private final Map<String, ElfFile> files = new HashMap<>();
    private final UsdtPlaces usdt;
    private final KernelFunctions kernelFunctions = new KernelFunctions();
    private final boolean mayThrow;
    private final Set<String> warnings = new LinkedHashSet<>();
    private final JvmProbes jvm = new JvmProbes(spec -> functions(spec, false));

    /** Resolves probes in these processes. */
    public ProbeResolver(List<Integer> pids) {
        this(pids, false);
    }

    /** The same; {@code mayThrow} says whether returns may be probed where C++ exceptions are thrown, which end the process there. */
    public ProbeResolver(List<Integer> pids, boolean mayThrow) {
        this.pids = List.copyOf(pids);
        this.mayThrow = mayThrow;
        this.usdt = new UsdtPlaces(this.pids, this::file);
    }

    /**
     * Probes that count hits by stack, or for system calls the time in them: one, or several where a USDT probe has its arguments at
     * different places in different pieces of code.
     *
     * @param key what hits are told apart by
     * @param period every so many hits one is taken
     */
    public List<Probes.Probe> hits(ProbeSpec spec, What key, long period) {
        return hits(spec, key, period, null);
    }

    /**
     * The same.
     *
     * @param number what is summed up of each hit instead: an argument, or what was returned; null for nothing
     */
    public List<Probes.Probe> hits(ProbeSpec spec, What key, long period, What number) {
        boolean byArgument = EventNumbers.isArgument(key) || EventNumbers.isArgument(number);
        requireReturned(spec, key, "to tell hits apart by");
        requireReturned(spec, number, "to sum up");
        List<ProbeSpec> serving = serving(spec, byArgument);
        if (!serving.isEmpty()) {
            return serving.stream()
                    .flatMap(each -> hits(each, key, period, number).stream())
                    .toList();
        }
        boolean call = spec.kind() == ProbeSpec.Kind.SYSCALL
                || needsEntryAndReturn(spec)
                || (spec.kind().isReturn() && byArgument);
        What value = number != null ? number : spec.kind() == ProbeSpec.Kind.SYSCALL ? What.DURATION : What.ONE;
        int flags = ProbeRow.FLAG_STACKS | (call ? ProbeRow.FLAG_CALLS : 0);
        List<Found> found = find(spec, call, byArgument || ProbeValues.usesArguments(spec));
        EventNumbers.check(spec, found, number);
        if (found.size() > Probes.MOST) {
            throw JavelinException.usage(
                    spec.text() + ": " + found.size() + " probes with arguments at different places; at most "
                            + Probes.MOST + " can be told apart: narrow the pattern");
        }
        return found.stream()
                .map(each -> probe(spec, each, flags, value, key, period))
                .toList();
    }

    /**
     * Probes on functions that serve for a USDT probe in a JDK that has none; empty where it has.
     *
     * @param arguments whether arguments are asked for, which are others then
     */
    private List<ProbeSpec> serving(ProbeSpec spec, boolean arguments) {
        if (spec.kind() != ProbeSpec.Kind.USDT || pids.isEmpty()) {
            return List.of();
        }
        List<ProbeSpec> serving = usdt.serving(spec, arguments || ProbeValues.usesArguments(spec));
        if (!serving.isEmpty()) {
            warnings.add(spec.text() + ": " + spec.library() + " was built without USDT probes; "
                    + serving.stream().map(ProbeSpec::text).collect(Collectors.joining(", "))
                    + (serving.size() == 1 ? " serves" : " serve") + " instead, without the texts of arguments");
        }
        return serving;
    }

    private static void requireReturned(ProbeSpec spec, What what, String use) {
        if (What.RETURN.equals(what)
                && spec.kind() != ProbeSpec.Kind.SYSCALL
                && !spec.kind().isReturn()) {
            throw JavelinException.usage(spec.text() + ": has no returned value " + use
                    + (spec.kind().isFunction() ? ": use " + onReturn(spec.kind()) + ":" : ""));
        }
    }

    /**
     * Probes that measure a number of each event, from entry to return where it is a call: one, or several as {@link #hits}.
     *
     * @param key what the numbers are told apart by
     * @param stacks whether they are also summed up by stack
     * @param number an argument, or what was returned
     */
    public List<Probes.Probe> numbers(ProbeSpec spec, What key, boolean stacks, What number) {
        boolean call = spec.kind() == ProbeSpec.Kind.SYSCALL || spec.kind().isFunction();
        if (!call) {
            requireReturned(spec, key, "to tell hits apart by");
            requireReturned(spec, number, "to measure");
        }
        serving(spec, true); // has no such arguments: says so
        int flags = ProbeRow.FLAG_BUCKETS | (call ? ProbeRow.FLAG_CALLS : 0) | (stacks ? ProbeRow.FLAG_STACKS : 0);
        List<Found> found = find(spec, call, true);
        EventNumbers.check(spec, found, number);
        return found.stream()
                .map(each -> probe(spec, each, flags, number, key, 1))
                .toList();
    }

    /**
     * A probe that measures the time from entry to return.
     *
     * @param key what latencies are told apart by
     * @param stacks whether they are also summed up by stack
     */
    public Probes.Probe latency(ProbeSpec spec, What key, boolean stacks) {
        if (spec.offset() != 0) {
            throw JavelinException.usage(spec.text() + ": latency is the time from a function's entry to its return:"
                    + " leave out +0x" + Long.toHexString(spec.offset()));
        }
        switch (spec.kind()) {
            case UPROBE, URETPROBE, SYSCALL, KPROBE, KRETPROBE, FENTRY, FEXIT -> {
                int flags = ProbeRow.FLAG_CALLS | ProbeRow.FLAG_BUCKETS | (stacks ? ProbeRow.FLAG_STACKS : 0);
                return probe(spec, find(spec, true), flags, What.DURATION, key, 1);
            }
            default ->
                throw JavelinException.usage(spec.text() + ": a " + spec.kind().text()
                        + " is a moment, which takes no time: latency is measured of uprobe:, kprobe: and syscall:");
        }
    }

    /**
     * Probes that hand over each hit by itself: one for every function or USDT probe that the specification fits, so that each hit has
     * its name. A {@code uretprobe} is a call, with its arguments and the time that it took.
     */
    public List<TracedProbe> traced(ProbeSpec spec) {
        return traced(spec, Set.of());
    }

    /**
     * The same.
     *
     * @param texts numbers of the arguments that point to texts ending with a 0, which are shown; those of HotSpot's probes are known
     */
    public List<TracedProbe> traced(ProbeSpec spec, Set<Integer> texts) {
        boolean call = needsEntryAndReturn(spec)
                || spec.kind() == ProbeSpec.Kind.SYSCALL
                || spec.kind() == ProbeSpec.Kind.URETPROBE;
        List<TracedProbe> traced = new ArrayList<>();
        List<ProbeSpec> serving = serving(spec, !texts.isEmpty());
        if (!serving.isEmpty()) {
            return serving.stream()
                    .flatMap(each -> traced(each, texts).stream())
                    .toList();
        }
        if (spec.kind() == ProbeSpec.Kind.USDT) {
            requireProcesses(spec);
            for (ProbeSpec each : usdt.each(spec)) {
                usdt.byPlaces(each).forEach(found -> traced.add(traced(each, found, call, texts)));
            }
            return traced;
        }
        Found found = find(spec, call);
        if (found.functions().isEmpty()) {
            traced.add(traced(spec, found, call, texts));
        } else {
            found.byFunction().forEach((name, single) -> traced.add(traced(spec.named(name), single, call, texts)));
        }
        return traced;
    }

    /** What is to be said of the probes that were resolved so far, a line each. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** See {@link JvmProbes#calls}. */
    public Probes.Probe calls(int pid, int java) {
        return jvm.calls(pid, java);
    }

    /** See {@link JvmProbes#operations}. */
    public List<Probes.Probe> operations() {
        return jvm.operations();
    }

    /** See {@link JvmProbes#told}. */
    public Probes.Probe told(ProbeSpec spec, List<Long> told, boolean trace, long period) {
        return jvm.told(spec, told, trace, period);
    }

    /** The same for hits that are shown one by one. */
    public TracedProbe toldTrace(ProbeSpec spec, List<Long> told) {
        return new TracedProbe(told(spec, told, true, 1), spec.shown(), true, false, List.of());
    }

    private static TracedProbe traced(ProbeSpec spec, Found found, boolean call, Set<Integer> texts) {
        int flags = ProbeRow.FLAG_TRACE | (call ? ProbeRow.FLAG_CALLS : 0);
        boolean syscalls = spec.kind() == ProbeSpec.Kind.SYSCALL;
        List<Parameter> parameters = syscalls ? List.of() : TracedArguments.parameters(spec, found);
        Probes.Probe probe = probe(spec, found, flags, What.ONE, What.ONE, 1)
                .withTexts(TracedArguments.texts(
                        spec, syscalls ? ARGUMENTS.size() : found.arguments().size(), parameters, texts));
        return new TracedProbe(probe, syscalls ? "syscall:" : spec.shown(), call, syscalls, parameters);
    }

    private static boolean needsEntryAndReturn(ProbeSpec spec) {
        if (spec.predicate() == null || !spec.kind().isFunction()) {
            return false;
        }
        Set<Variable> used = spec.predicate().variables();
        boolean atReturn = used.contains(Variable.DURATION) || used.contains(Variable.RETVAL);
        if (!spec.kind().isReturn() && atReturn) {
            throw JavelinException.usage(
                    spec.text() + ": the duration and the returned value are known at the return only: use "
                            + onReturn(spec.kind()) + ":");
        }
        return spec.kind().isReturn() && (ProbeValues.usesArguments(spec) || used.contains(Variable.DURATION));
    }

    private static String onReturn(ProbeSpec.Kind kind) {
        return switch (kind) {
            case KPROBE -> ProbeSpec.Kind.KRETPROBE.text();
            case FENTRY -> ProbeSpec.Kind.FEXIT.text();
            default -> ProbeSpec.Kind.URETPROBE.text();
        };
    }

    private static Probes.Probe probe(ProbeSpec spec, Found found, int flags, What value, What key, long period) {
        ProbeValues.require(spec, found, (flags & ProbeRow.FLAG_CALLS) != 0, key);
        List<ProbeRow.Operation> predicate = spec.predicate() == null
                ? List.of()
                : spec.predicate().program().stream()
                        .map(op -> new ProbeRow.Operation(op.op().code(), op.index(), op.value()))
                        .toList();
        return new Probes.Probe(
                spec.text(),
                found.leaf(),
                new ProbeRow(flags, value, key, period, found.arguments(), predicate, found.returned(), List.of()),
                found.points());
    }

    /** One for each way to pass arguments, if they are of interest; else one. */
    private List<Found> find(ProbeSpec spec, boolean call, boolean arguments) {
        if (spec.kind() != ProbeSpec.Kind.USDT) {
            return List.of(find(spec, call));
        }
        requireProcesses(spec);
        List<Found> places = usdt.byPlaces(spec);
        return arguments
                ? places
                : List.of(new Found(
                        places.stream().flatMap(one -> one.points().stream()).toList(), List.of(), null));
    }

    private Found find(ProbeSpec spec, boolean call) {
        requireProcesses(spec);
        return switch (spec.kind()) {
            case UPROBE, URETPROBE -> functions(spec, call);
            case USDT -> throw new IllegalArgumentException("may be several");
            case SYSCALL -> KernelEvents.syscalls(spec);
            case TRACEPOINT -> KernelEvents.tracepoint(spec);
            case KPROBE, KRETPROBE, FENTRY, FEXIT -> kernelFunctions(spec, call);
            case JAVA ->
                throw JavelinException.usage(spec.text() + ": a Java method is probed by itself, in one process");
        };
    }

    private void requireProcesses(ProbeSpec spec) {
        if (pids.isEmpty() && spec.library() != null) {
            throw JavelinException.usage(
                    spec.text() + ": a probe in a library is set in processes that run: name them instead of 'all'");
        }
    }

    private Found functions(ProbeSpec spec, boolean call) {
        List<AttachPoint> points = new ArrayList<>();
        List<String> names = new ArrayList<>();
        boolean onReturn = spec.kind() == ProbeSpec.Kind.URETPROBE;
        int functions = 0;
        for (int pid : pids) {
            TargetLibrary library = library(pid, spec);
            ElfFile file = file(library);
            for (FunctionPoint function : functions(pid, library, file, spec, call || onReturn)) {
                functions++;
                long offset = function.fileOffset() + place(spec, file, function);
                if (call || onReturn) { // first, so that no call is without its return
                    names.add(function.name());
                    points.add(new AttachPoint.Return(pid, library.pathToOpen(), offset));
                }
                if (call || !onReturn) {
                    names.add(function.name());
                    points.add(new AttachPoint.Entry(pid, library.pathToOpen(), offset, 0));
                }
            }
        }
        if (functions > MANY) {
            throw JavelinException.usage(spec.text() + ": " + functions + " functions; at most " + MANY
                    + " can be probed at once, as each costs when it is called: narrow the pattern");
        }
        return new Found(
                points,
                registers(),
                (call || onReturn) && Set.copyOf(names).size() == 1 ? names.get(0) : null,
                names,
                null,
                false);
    }

    /** Also those of the kernel's functions are passed so: only its system calls have r10 for rcx. */
    private static List<Argument> registers() {
        return ARGUMENTS.stream()
                .map(register -> new Argument(Argument.REGISTER, Long.BYTES, false, 0, register.offset(), 0, 0))
                .toList();
    }

    /** Of an int the rest of the register is not defined: the kernel tells of which types a function's values are. */
    private Found kernelFunctions(ProbeSpec spec, boolean call) {
        boolean onReturn = spec.kind().isReturn();
        List<AttachPoint> points = kernelFunctions.points(spec, call || !onReturn, call || onReturn, warnings);
        KernelTypes.Function types =
                spec.offset() == 0 ? kernelFunctions.types(spec).orElse(null) : null;
        if (types == null) {
            return new Found(points, registers(), null);
        }
        List<Argument> arguments = new ArrayList<>();
        for (int i = 0; i < Math.min(ARGUMENTS.size(), types.parameters().size()); i++) {
            arguments.add(argument(types.parameters().get(i), ARGUMENTS.get(i).offset()));
        }
        boolean nothing = types.returned().bytes() == 0;
        return new Found(points, arguments, null, List.of(), nothing ? null : argument(types.returned(), 0), nothing);
    }

    private static Argument argument(KernelTypes.Value value, int register) {
        return new Argument(Argument.REGISTER, value.bytes(), value.signed(), 0, register, 0, 0);
    }

    private static long place(ProbeSpec spec, ElfFile file, FunctionPoint function) {
        if (spec.offset() == 0) {
            return cheapest(file, function);
        }
        try {
            FunctionOffset.require(spec, file, function);
            return spec.offset();
        } catch (IOException e) {
            throw JavelinException.failed(spec.text() + ": " + e.getMessage(), e);
        }
    }

    private static long cheapest(ElfFile file, FunctionPoint function) {
        try {
            return ProbePoint.of(file, function).offset();
        } catch (IOException e) {
            return 0; // its entry always serves
        }
    }

    private List<FunctionPoint> functions(
            int pid, TargetLibrary library, ElfFile file, ProbeSpec spec, boolean returns) {
        try {
            List<FunctionPoint> found = LibraryFunctions.find(TargetLibraries.of(pid), library, file, spec.name());
            return returns ? ProbedReturns.allowed(spec, library, file, found, mayThrow, warnings) : found;
        } catch (UnknownNameException e) {
            throw unknown(spec, e);
        } catch (IOException e) {
            throw JavelinException.failed(spec.text() + ": " + e.getMessage(), e);
        }
    }

    static TargetLibrary library(int pid, ProbeSpec spec) {
        try {
            return TargetLibraries.of(pid).find(spec.library());
        } catch (UnknownNameException e) {
            throw unknown(spec, e);
        } catch (IOException e) {
            throw JavelinException.failed(spec.text() + ": " + e.getMessage(), e);
        }
    }

    private static JavelinException unknown(ProbeSpec spec, UnknownNameException e) {
        return JavelinException.usage(spec.text() + ": " + e.getMessage() + "; "
                + NearestNames.question(e.name(), e.known(), "'javelin list PID PATTERN' shows what there is"));
    }

    private ElfFile file(TargetLibrary library) {
        return files.computeIfAbsent(library.pathToOpen(), path -> {
            try {
                return ElfFile.open(Path.of(path));
            } catch (IOException e) {
                throw JavelinException.failed("cannot read " + library.pathInTarget() + ": " + e.getMessage(), e);
            }
        });
    }
}
