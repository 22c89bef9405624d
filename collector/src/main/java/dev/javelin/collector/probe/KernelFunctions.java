package dev.javelin.collector.probe;

import dev.javelin.bpf.KernelProbes;
import dev.javelin.bpf.KernelTypes;
import dev.javelin.collector.probe.KernelNames.Traceable;
import dev.javelin.collector.probe.ProbeSpec.Kind;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.AttachPoint;
import dev.javelin.collector.walker.Probes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where probes in the kernel are attached: which functions, and by which of the ways that kernels have. Kprobes and fentry serve for each other
 * where a kernel has one only; those of a pattern go by one link where it has such. Calls are measured by fentry and fexit wherever that is possible: the kernel keeps only some ten returns of a
 * function for kretprobes, on all CPUs together, and the others are lost. Used by one thread, for all probes of a recording.
 */
final class KernelFunctions {
    /** Attaching and above all detaching a kprobe takes some tens of milliseconds. */
    private static final int MANY = 100;
    /** By one link they take no longer than a few, but each costs when it is called. */
    private static final int MANY_TOGETHER = 5_000;

    private static final int COSTLY = 300;

    private static final int MOST_SUGGESTIONS = 3;
    /** Words of functions' names that say nothing of what they do. */
    private static final Set<String> EMPTY_WORDS =
            Set.of("sys", "x64", "ia32", "se", "vfs", "do", "ksys", "common", "range");

    private final Supplier<KernelProbes> asked;
    private final Supplier<? extends SortedMap<String, Long>> names;
    private final Supplier<Set<String>> blacklist;
    private final Supplier<Traceable> asTraceable;
    private KernelProbes offered;
    private Traceable traceable;
    private SortedMap<String, Long> known;
    private Set<String> refused;
    private KernelTypes types;
    private int traced;

    KernelFunctions() {
        this(KernelProbes::probe, KernelNames::addresses, KernelNames::refused, KernelNames::traceable);
    }

    KernelFunctions(
            Supplier<KernelProbes> asked,
            Supplier<? extends SortedMap<String, Long>> names,
            Supplier<Set<String>> blacklist,
            Supplier<Traceable> traceable) {
        this.asked = asked;
        this.names = names;
        this.blacklist = blacklist;
        this.asTraceable = traceable;
    }

    /**
     * The points of a probe, returns before entries.
     *
     * @param warnings where it is added what was left out, and what costs much
     */
    List<AttachPoint> points(ProbeSpec spec, boolean atEntry, boolean atReturn, Set<String> warnings) {
        List<String> functions = functions(spec);
        List<String> together = together(spec, functions);
        if (isTraced(spec, functions, atEntry && atReturn, !together.isEmpty())) {
            traced += functions.size();
            return functions.stream()
                    .<AttachPoint>map(function -> new AttachPoint.Traced(function, atEntry, atReturn))
                    .toList();
        }
        if (!together.isEmpty()) {
            requireFewer(spec, together, MANY_TOGETHER);
            warn(spec, together.size(), functions.size() - together.size(), warnings);
            return List.of(new AttachPoint.KernelFunctions(together, atEntry, atReturn));
        }
        requireFewer(spec, functions, MANY);
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

    private static void requireFewer(ProbeSpec spec, List<String> functions, int most) {
        if (functions.size() > most) {
            throw JavelinException.usage(spec.text() + ": " + functions.size() + " functions; at most " + most
                    + " of the kernel can be probed at once, as each costs when it is called: narrow the pattern");
        }
    }

    private static void warn(ProbeSpec spec, int probed, int left, Set<String> warnings) {
        if (left > 0) {
            warnings.add(spec.text() + ": " + left + (left == 1 ? " function is" : " functions are")
                    + " left out: the kernel cannot trace what is used at its start only, or by tracing itself, nor tell"
                    + " functions of one name apart");
        }
        if (probed > COSTLY) {
            warnings.add(spec.text() + ": " + probed + " functions of the kernel are probed: each call of one takes a"
                    + " moment more, in every process of this machine; narrow the pattern if that is too much");
        }
    }

    /** Those functions of a pattern that one link can hold; empty if there are none, or the kernel has no such links. */
    private List<String> together(ProbeSpec spec, List<String> functions) {
        if (functions.size() < 2
                || spec.offset() != 0
                || !offered().kprobeMulti().worked()) {
            return List.of();
        }
        Set<String> unique = traceable().unique();
        Set<Long> addresses = unique.stream().map(this::address).collect(Collectors.toSet());
        return functions.stream()
                .filter(name -> unique.contains(name) || (address(name) != 0 && addresses.contains(address(name))))
                .toList();
    }

    /** 0 if it is not known. */
    private long address(String name) {
        return known.getOrDefault(name, 0L);
    }

    /** A function that has several names is one. */
    private Predicate<String> isFirstName() {
        Set<Long> seen = new HashSet<>();
        return name -> address(name) == 0 || seen.add(address(name));
    }

    /** The types of the functions that a specification fits, if they are known and the same of all. */
    Optional<KernelTypes.Function> types(ProbeSpec spec) {
        List<Optional<KernelTypes.Function>> different = functions(spec).stream()
                .map(types()::function)
                .distinct()
                .limit(2)
                .toList();
        return different.size() == 1 ? different.get(0) : Optional.empty();
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
        if (known.containsKey(spec.name()) || spec.name().indexOf('.') >= 0) {
            return List.of(spec.name());
        }
        Glob glob = new Glob(spec.name());
        List<String> found = spec.isPattern()
                ? known.keySet().stream()
                        .filter(glob::matches)
                        .filter(name -> !refused.contains(name))
                        .filter(isFirstName())
                        .toList()
                : List.of();
        if (found.isEmpty()) {
            throw JavelinException.usage(spec.text() + ": this kernel has no such function; "
                    + NearestNames.question(
                            spec.name(), known.keySet(), "'javelin list PID kprobe:PATTERN' shows those it has"));
        }
        return found;
    }

    private KernelProbes offered() {
        if (offered == null) {
            offered = asked.get();
        }
        return offered;
    }

    private Traceable traceable() {
        if (traceable == null) {
            traceable = asTraceable.get();
        }
        return traceable;
    }

    /** Whether fentry is used and not kprobes, or {@code together} one link for many. */
    private boolean isTraced(ProbeSpec spec, List<String> functions, boolean call, boolean together) {
        boolean kprobe = offered().kprobe().worked() || together;
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
        return traceable().image().containsAll(functions) && functions.stream().allMatch(types()::isPlain);
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
