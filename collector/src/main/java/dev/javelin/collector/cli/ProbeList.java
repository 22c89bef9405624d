package dev.javelin.collector.cli;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.elf.UsdtProbe;
import dev.javelin.collector.probe.ArgumentLocation;
import dev.javelin.collector.probe.FunctionTable;
import dev.javelin.collector.probe.HotSpotProbes;
import dev.javelin.collector.probe.KernelNames;
import dev.javelin.collector.probe.Parameter;
import dev.javelin.collector.probe.SpecPattern;
import dev.javelin.collector.probe.SyscallNames;
import dev.javelin.collector.probe.TargetLibraries;
import dev.javelin.collector.probe.TargetLibrary;
import dev.javelin.collector.probe.Tracepoints;
import dev.javelin.collector.probe.UnknownNameException;
import dev.javelin.collector.probe.UsdtArguments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;

/** Collects what can be probed in a process, one line each: the probe as commands take it, and what it offers. */
final class ProbeList {
    private static final String USDT = "usdt:";
    private static final String UPROBE = "uprobe:";
    private static final String SYSCALL = "syscall:";
    private static final String TRACEPOINT = "tracepoint:";
    private static final String KPROBE = "kprobe:";

    private final Messages messages;
    /** Null for everything, of which all but USDT probes are only counted. */
    private final SpecPattern pattern;

    private final List<String> usdt = new ArrayList<>();
    private final List<String> functions = new ArrayList<>();
    private final List<String> kernel = new ArrayList<>();

    ProbeList(Messages messages, SpecPattern pattern) {
        this.messages = messages;
        this.pattern = pattern;
    }

    /** The lines; empty if nothing fits. What cannot be looked at is told by a message. */
    List<String> of(TargetLibraries libraries) {
        if (mayBe(USDT) || mayBe(UPROBE)) {
            libraries.names().forEach(name -> addLibrary(libraries, name));
            addLater(libraries);
        }
        if (mayBe(SYSCALL)) {
            addSyscalls();
        }
        if (mayBe(TRACEPOINT)) {
            addTracepoints();
        }
        if (mayBe(KPROBE)) {
            addKernelFunctions();
        }
        List<String> lines = new ArrayList<>(usdt);
        lines.addAll(functions);
        lines.addAll(kernel);
        return lines;
    }

    private boolean mayBe(String kind) {
        return pattern == null || pattern.mayBe(kind);
    }

    private boolean matches(String spec) {
        return pattern == null || pattern.matches(spec);
    }

    /** A library that is not mapped yet is listed where it is named. */
    private void addLater(TargetLibraries libraries) {
        String name = pattern == null ? null : pattern.library();
        if (name != null && usdt.isEmpty() && functions.isEmpty()) {
            try {
                addLibrary(name, libraries.find(name));
            } catch (IOException | UnknownNameException e) {
                // nothing fits
            }
        }
    }

    private void addLibrary(TargetLibraries libraries, String name) {
        try {
            addLibrary(name, libraries.find(name));
        } catch (IOException e) {
            messages.line("javelin: probes in " + name + " are not listed: " + e.getMessage());
        } catch (UnknownNameException e) {
            throw new IllegalStateException(e);
        }
    }

    private void addLibrary(String name, TargetLibrary library) {
        try (ElfFile file = ElfFile.open(Path.of(library.pathToOpen()))) {
            addUsdt(file, USDT + name + ":");
            addFunctions(file, UPROBE + name + ":");
        } catch (ElfException e) {
            // mapped executable, but no library
        } catch (IOException e) {
            messages.line("javelin: probes in " + name + " are not listed: " + e.getMessage());
        }
    }

    /** A probe that stands at several places is one; its arguments are of the same types everywhere. */
    private void addUsdt(ElfFile file, String before) throws ElfException {
        Map<String, String> probes = new TreeMap<>();
        for (UsdtProbe probe : UsdtProbe.read(file)) {
            String spec = before + probe.provider() + ":" + probe.name();
            if (matches(spec)) {
                probes.putIfAbsent(spec, arguments(probe));
            }
        }
        probes.forEach((spec, arguments) -> usdt.add(spec + arguments));
    }

    private static String arguments(UsdtProbe probe) {
        StringBuilder text = new StringBuilder();
        List<Parameter> known = HotSpotProbes.of(probe.provider(), probe.name());
        int number = 0;
        for (ArgumentLocation argument : UsdtArguments.parse(probe.arguments())) {
            int index = number++;
            Parameter parameter = known == null
                    ? null
                    : known.stream()
                            .filter(one -> one.index() == index)
                            .findFirst()
                            .orElse(null);
            text.append(index == 0 ? "  arg" : " arg")
                    .append(index)
                    .append(':')
                    .append(parameter != null && parameter.isText() ? "string" : argument.type())
                    .append(parameter == null ? "" : "(" + parameter.name() + ")");
        }
        return text.toString();
    }

    private void addFunctions(ElfFile file, String before) throws ElfException {
        FunctionTable table = FunctionTable.of(file);
        if (pattern != null) {
            pattern.functions(table, before).stream()
                    .filter(function -> !function.ifunc())
                    .map(function -> before + function.name())
                    .distinct()
                    .sorted()
                    .forEach(functions::add);
        } else if (table.size() > 0) {
            functions.add(summary(before + "*", table.size(), "functions"));
        }
    }

    private static String summary(String spec, int number, String what) {
        return String.format(Locale.ROOT, "%s  %,d %s", spec, number, what);
    }

    private void addSyscalls() {
        if (pattern == null) {
            kernel.add(summary(SYSCALL + "*", SyscallNames.all().size(), "system calls"));
            return;
        }
        SyscallNames.all().keySet().stream()
                .map(name -> SYSCALL + name)
                .filter(this::matches)
                .forEach(kernel::add);
    }

    private void addTracepoints() {
        Path events = Tracepoints.events();
        if (events == null) {
            messages.line("javelin: tracepoints are not listed: tracefs is not mounted, or not readable"
                    + " (as root: mount -t tracefs tracefs /sys/kernel/tracing)");
            return;
        }
        List<String> tracepoints = Tracepoints.all(events);
        if (pattern == null) {
            kernel.add(summary(TRACEPOINT + "*:*", tracepoints.size(), "tracepoints"));
            return;
        }
        tracepoints.stream()
                .map(name -> TRACEPOINT + name)
                .filter(this::matches)
                .forEach(kernel::add);
    }

    private void addKernelFunctions() {
        SortedSet<String> names = KernelNames.all();
        if (pattern == null) {
            kernel.add(summary(KPROBE + "*", names.size(), "functions of the kernel"));
            return;
        }
        names.stream().map(name -> KPROBE + name).filter(this::matches).forEach(kernel::add);
    }
}
