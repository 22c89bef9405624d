package dev.javelin.collector.probe;

import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.AttachPoint;
import dev.javelin.collector.walker.ProbeRow.Argument;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Finds what the kernel itself announces: tracepoints, and system calls. */
final class KernelEvents {
    /** System calls that end a thread, or go on where a signal interrupted it. */
    private static final Set<Integer> NEVER_RETURN = Set.of(
            SyscallNames.all().get("exit"),
            SyscallNames.all().get("exit_group"),
            SyscallNames.all().get("rt_sigreturn"));

    private KernelEvents() {}

    static Found tracepoint(ProbeSpec spec) {
        Path events = Tracepoints.events();
        if (events == null) {
            throw JavelinException.failed(
                    spec.text()
                            + ": tracepoints are found by tracefs, which is not mounted, nor can it be without CAP_SYS_ADMIN: mount -t tracefs tracefs /sys/kernel/tracing");
        }
        String name = spec.category() + ":" + spec.name();
        List<String> known = Tracepoints.all(events);
        if (!known.contains(name)) {
            throw JavelinException.usage(spec.text() + ": this kernel has no such tracepoint; "
                    + NearestNames.question(name, known, "'javelin list PID tracepoint:' shows those it has"));
        }
        try {
            List<Argument> arguments = TracepointFormat.read(
                    events.resolve(spec.category()).resolve(spec.name()).resolve("format"));
            return new Found(List.of(new AttachPoint.Tracepoint(spec.category(), spec.name())), arguments, null);
        } catch (IOException e) {
            throw JavelinException.failed(spec.text() + ": " + e.getMessage(), e);
        }
    }

    static Found syscalls(ProbeSpec spec) {
        Glob wanted = new Glob(spec.name());
        List<Integer> numbers = new ArrayList<>();
        SyscallNames.all().forEach((name, number) -> {
            if (wanted.matches(name)) {
                numbers.add(number);
            }
        });
        if (!numbers.isEmpty() && NEVER_RETURN.containsAll(numbers)) {
            throw JavelinException.usage(spec.text()
                    + ": does not return to where it was called, so that no call ends: tracepoint:syscalls:sys_enter_"
                    + SyscallNames.name(numbers.get(0)) + " is its beginning");
        }
        numbers.removeAll(NEVER_RETURN);
        if (numbers.isEmpty()) {
            throw JavelinException.usage(spec.text() + ": there is no such system call; "
                    + NearestNames.question(spec.name(), SyscallNames.all().keySet(), "'syscall:*' means all of them"));
        }
        return new Found(List.of(new AttachPoint.Syscalls(numbers)), List.of(), null);
    }
}
