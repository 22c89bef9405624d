package dev.javelin.collector.probe;

import dev.javelin.bpf.KernelProbes;
import dev.javelin.bpf.KernelTypes;
import dev.javelin.collector.probe.ProbeSpec.Kind;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.AttachPoint;
import dev.javelin.collector.walker.Probes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where probes in the kernel are attached: which functions, and by which of the two ways that kernels have. Either serves for the other
 * where a kernel has one only. Calls are measured by fentry and fexit wherever that is possible: the kernel keeps only some ten returns of a
 * function for kretprobes, on all CPUs together, and the others are lost. Used by one thread, for all probes of a recording.
 */
final class KernelFunctions {
    /** Attaching and above all detaching a kprobe takes some tens of milliseconds. */
    private static final int MANY = 100;

    private static final int MOST_SUGGESTIONS = 3;
    /** Words of functions' names that say nothing of what they do. */
    private static final Set<String> EMPTY_WORDS =
            Set.of("sys", "x64", "ia32", "se", "vfs", "do", "ksys", "common", "range");

    private final Supplier<KernelProbes> asked;
    private final Supplier<SortedSet<String>> names;
    private final Supplier<Set<String>> blacklist;
    private final Supplier<Set<String>> traceable;
    private KernelProbes offered;
    private SortedSet<String> known;
    private Set<String> refused;
    private KernelTypes types;
    private int traced;

    KernelFunctions() {
        this(KernelProbes::probe, KernelNames::all, KernelNames::refused, KernelNames::traceable);
    }

    KernelFunctions(
            Supplier<KernelProbes> asked,
            Supplier<SortedSet<String>> names,
            Supplier<Set<String>> blacklist,
            Supplier<Set<String>> traceable) {
        this.asked = asked;
        this.names = names;
        this.blacklist = blacklist;
        this.traceable = traceable;
    }

    /** The points of a probe, returns before entries. */
    List<AttachPoint> points(ProbeSpec spec, boolean atEntry, boolean atReturn) {
        List<String> functions = functions(spec);
        if (isTraced(spec, functions, atEntry && atReturn)) {
            traced += functions.size();
            return functions.stream()
                    .<AttachPoint>map(function -> new AttachPoint.Traced(function, atEntry, atReturn))
                    .toList();
        }
        List<AttachPoint> points = new ArrayList<>();
        for (String function : functions) {
            if (atReturn) {
                points.add(new AttachPoint.KernelReturn(function));
            }
            if (atEntry) {
                points.add(new AttachPoint.KernelEntry(function, spec.offset()));
            }
        }
        return points;
    }

    /** The types of the functions that a specification fits, if they are known and the same of all. */
    Optional<KernelTypes.Function> types(ProbeSpec spec) {
        Set<Optional<KernelTypes.Function>> all =
                functions(spec).stream().map(types()::function).collect(Collectors.toSet());
        return all.size() == 1 ? all.iterator().next() : Optional.empty();
    }

    private List<String> functions(ProbeSpec spec) {
        if (known == null) {
            known = names.get();
            refused = blacklist.get();
        }
        if (refused.contains(spec.name())) {
            throw JavelinException.failed(
                    spec.text() + ": the kernel refuses probes in this function (its blacklist), as"
                            + " they go through it themselves: probe one that calls it, or that it calls");
        }
        if (known.contains(spec.name()) || spec.name().indexOf('.') >= 0) {
            return List.of(spec.name());
        }
        Glob glob = new Glob(spec.name());
        List<String> found = spec.isPattern()
                ? known.stream()
                        .filter(glob::matches)
                        .filter(name -> !refused.contains(name))
                        .toList()
                : List.of();
        if (found.isEmpty()) {
            throw JavelinException.usage(spec.text() + ": this kernel has no such function; "
                    + NearestNames.question(
                            spec.name(), known, "'javelin list PID kprobe:PATTERN' shows those it has"));
        }
        if (found.size() > MANY) {
            throw JavelinException.usage(spec.text() + ": " + found.size() + " functions; at most " + MANY
                    + " of the kernel can be probed at once, as each costs when it is called: narrow the pattern");
        }
        return found;
    }

    /** Whether fentry is used and not kprobes. */
    private boolean isTraced(ProbeSpec spec, List<String> functions, boolean call) {
        if (offered == null) {
            offered = asked.get();
        }
        boolean kprobe = offered.kprobe().worked();
        boolean fentry = offered.fentry().worked();
        if (!kprobe && !fentry) {
            throw JavelinException.failed(spec.text() + ": this kernel allows probes in it neither by kprobes ("
                    + offered.kprobe() + ") nor by fentry (" + offered.fentry() + "); " + instead(spec.name()));
        }
        boolean fits = traced + functions.size() <= Probes.TRACED;
        if (!kprobe && spec.offset() != 0) {
            throw JavelinException.failed(spec.text() + ": this kernel has no kprobes (" + offered.kprobe()
                    + "), and fentry fires at a function's beginning only: leave out the offset");
        }
        if (!kprobe && !fits) {
            throw JavelinException.usage(spec.text() + ": " + (traced + functions.size()) + " functions; at most "
                    + Probes.TRACED + " can be traced by fentry at once, and this kernel has no kprobes ("
                    + offered.kprobe() + ")");
        }
        boolean wanted = spec.kind() == Kind.FENTRY || spec.kind() == Kind.FEXIT;
        return fentry && fits && (wanted || !kprobe || (call && isTraceable(functions)));
    }

    private boolean isTraceable(List<String> functions) {
        return traceable.get().containsAll(functions) && functions.stream().allMatch(types()::isPlain);
    }

    private KernelTypes types() {
        if (types == null) {
            types = KernelTypes.read();
        }
        return types;
    }

    /** Probes of other kinds with words of the function's name in theirs. */
    private static String instead(String function) {
        Path events = Tracepoints.events();
        Stream<String> tracepoints = events == null
                ? Stream.of()
                : Tracepoints.all(events).stream().filter(name -> !name.startsWith("syscalls:"));
        List<String> nearest = sharing(
                function,
                Stream.concat(
                                SyscallNames.all().keySet().stream().map(name -> Kind.SYSCALL.text() + ":" + name),
                                tracepoints.map(name -> Kind.TRACEPOINT.text() + ":" + name))
                        .toList());
        return nearest.isEmpty()
                ? "syscall: and tracepoint: serve instead, 'javelin list PID tracepoint:' shows those there are"
                : "what may serve instead: " + String.join(", ", nearest);
    }

    /** The probes that have most words of the function's name in theirs, shorter ones first. */
    static List<String> sharing(String function, Collection<String> probes) {
        Set<String> words = words(function);
        Comparator<String> most = Comparator.comparingLong((String probe) -> -shared(words, probe));
        return probes.stream()
                .filter(probe -> shared(words, probe) > 0)
                .sorted(most.thenComparing(String::length).thenComparing(Comparator.naturalOrder()))
                .limit(MOST_SUGGESTIONS)
                .toList();
    }

    private static long shared(Set<String> words, String probe) {
        return words(probe.substring(probe.indexOf(':') + 1)).stream()
                .filter(words::contains)
                .count();
    }

    private static Set<String> words(String name) {
        return Arrays.stream(name.split("[_:*?]+"))
                .filter(word -> word.length() > 1 && !EMPTY_WORDS.contains(word))
                .collect(Collectors.toSet());
    }
}
