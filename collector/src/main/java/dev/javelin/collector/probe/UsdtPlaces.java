package dev.javelin.collector.probe;

import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.elf.UsdtProbe;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.AttachPoint;
import dev.javelin.collector.walker.ProbeRow.Argument;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Where USDT probes stand in the libraries of processes, and where their arguments are there. Used by one thread. */
final class UsdtPlaces {
    private final List<Integer> pids;
    private final Function<TargetLibrary, ElfFile> files;

    /** In these processes, whose libraries are opened by {@code files}. */
    UsdtPlaces(List<Integer> pids, Function<TargetLibrary, ElfFile> files) {
        this.pids = pids;
        this.files = files;
    }

    /** By where the arguments are: the same probe has them in other registers at each place of the code where it stands. */
    List<Found> byPlaces(ProbeSpec spec) {
        Map<List<Argument>, List<AttachPoint>> byArguments = new LinkedHashMap<>();
        for (int pid : pids) {
            TargetLibrary library = ProbeResolver.library(pid, spec);
            ElfFile file = files.apply(library);
            List<String> names = new ArrayList<>();
            Glob wanted = new Glob(spec.provider() + ":" + spec.name());
            boolean any = false;
            for (UsdtProbe probe : probes(spec, file)) {
                String name = probe.provider() + ":" + probe.name();
                names.add(name);
                if (wanted.matches(name)) {
                    any = true;
                    byArguments
                            .computeIfAbsent(arguments(probe), key -> new ArrayList<>())
                            .add(new AttachPoint.Entry(
                                    pid,
                                    library.pathToOpen(),
                                    offset(spec, file, probe.pc()),
                                    semaphore(spec, file, probe)));
                }
            }
            if (!any) {
                throw noSuchProbe(spec, library, pid, names);
            }
        }
        List<Found> found = new ArrayList<>();
        byArguments.forEach((arguments, points) -> found.add(new Found(points, arguments, null)));
        return found;
    }

    private static JavelinException noSuchProbe(ProbeSpec spec, TargetLibrary library, int pid, List<String> names) {
        return JavelinException.usage(spec.text() + ": " + library.name()
                + (names.isEmpty()
                        ? " was built without USDT probes; a uprobe on a function serves instead"
                        : " has no such probe; "
                                + NearestNames.question(
                                        spec.provider() + ":" + spec.name(),
                                        names,
                                        "'javelin list " + pid + "' shows those it has")));
    }

    /**
     * What serves instead where a JDK was built without USDT probes: probes on functions; empty where there are some, or none that would serve.
     *
     * @param arguments whether arguments are asked for, which are others then
     * @throws JavelinException usage, if they are
     */
    List<ProbeSpec> serving(ProbeSpec spec, boolean arguments) {
        List<ProbeSpec> serving = List.of();
        for (int pid : pids) {
            ElfFile file = files.apply(ProbeResolver.library(pid, spec));
            if (!probes(spec, file).isEmpty()) {
                return List.of();
            }
            try {
                serving = HotSpotFunctions.serving(spec, file);
            } catch (IOException e) {
                throw JavelinException.failed(spec.text() + ": " + e.getMessage(), e);
            }
        }
        if (!serving.isEmpty() && arguments) {
            throw JavelinException.usage(spec.text() + ": " + spec.library() + " was built without USDT probes; "
                    + serving.get(0).withoutPredicate().text()
                    + " serves instead, whose arguments are others");
        }
        return serving;
    }

    /** A specification for each probe that this one fits; itself if there is none. */
    List<ProbeSpec> each(ProbeSpec spec) {
        Set<ProbeSpec> each = new LinkedHashSet<>();
        Glob wanted = new Glob(spec.provider() + ":" + spec.name());
        for (int pid : pids) {
            for (UsdtProbe probe : probes(spec, files.apply(ProbeResolver.library(pid, spec)))) {
                if (wanted.matches(probe.provider() + ":" + probe.name())) {
                    each.add(new ProbeSpec(
                            spec.kind(), spec.library(), probe.provider(), probe.name(), 0, spec.predicate()));
                }
            }
        }
        return each.isEmpty() ? List.of(spec) : List.copyOf(each);
    }

    private static List<UsdtProbe> probes(ProbeSpec spec, ElfFile file) {
        try {
            return UsdtProbe.read(file);
        } catch (IOException e) {
            throw JavelinException.failed(spec.text() + ": " + e.getMessage(), e);
        }
    }

    private static long offset(ProbeSpec spec, ElfFile file, long address) {
        return file.fileOffsetOfVaddr(address)
                .orElseThrow(() -> JavelinException.failed(spec.text() + ": its address is not in the file"));
    }

    private static long semaphore(ProbeSpec spec, ElfFile file, UsdtProbe probe) {
        return probe.semaphore() == 0 ? 0 : offset(spec, file, probe.semaphore());
    }

    private static List<Argument> arguments(UsdtProbe probe) {
        List<Argument> arguments = new ArrayList<>();
        for (ArgumentLocation location : UsdtArguments.parse(probe.arguments())) {
            int register = location.register() == null ? 0 : location.register().offset();
            int index = location.index() == null ? 0 : location.index().offset();
            arguments.add(
                    switch (location.kind()) {
                        case REGISTER ->
                            new Argument(
                                    Argument.REGISTER,
                                    location.size(),
                                    location.signed(),
                                    0,
                                    register + location.shift() / 8,
                                    0,
                                    0);
                        case MEMORY ->
                            new Argument(
                                    Argument.MEMORY,
                                    location.size(),
                                    location.signed(),
                                    location.index() == null ? 0 : location.scale(),
                                    register,
                                    index,
                                    location.value());
                        case CONSTANT ->
                            new Argument(
                                    Argument.CONSTANT, location.size(), location.signed(), 0, 0, 0, location.value());
                        case UNKNOWN -> new Argument(Argument.CONSTANT, Long.BYTES, false, 0, 0, 0, 0);
                    });
        }
        return arguments;
    }
}
