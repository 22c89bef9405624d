package dev.javelin.collector.cli;

import dev.javelin.bpf.Errno;
import dev.javelin.collector.probe.Parameter;
import dev.javelin.collector.probe.SyscallArguments;
import dev.javelin.collector.probe.SyscallNames;
import dev.javelin.collector.probe.TracedProbe;
import dev.javelin.collector.session.Hit;
import dev.javelin.collector.session.TargetText;
import java.util.List;

/** What happened at a hit: {@code syscall:fsync(fd=7) = 0}, {@code uprobe:libc:malloc(64, …)}. */
final class HitText {
    private static final int LARGEST_ERRNO = 4095;

    private HitText() {}

    static void append(StringBuilder line, TracedProbe probe, Hit hit) {
        line.append(Printable.of(probe.name()));
        if (probe.isMethod()) {
            return;
        }
        if (probe.syscalls()) {
            line.append(SyscallNames.name(hit.syscall()));
        }
        List<Parameter> parameters = probe.syscalls() ? SyscallArguments.of(hit.syscall()) : probe.parameters();
        line.append('(');
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            TargetText text = hit.texts().get(parameter.index());
            line.append(i == 0 ? "" : ", ")
                    .append(
                            text == null
                                    ? parameter.text(hit.arguments().get(parameter.index()))
                                    : parameter.named(quoted(text)));
        }
        line.append(')');
        if (probe.call()) {
            line.append(" = ").append(Parameter.number(hit.returned()));
            if (probe.syscalls() && hit.returned() < 0 && hit.returned() >= -LARGEST_ERRNO) {
                line.append(errno((int) -hit.returned()));
            }
        }
    }

    /** With a mark behind it where it was cut. */
    private static String quoted(TargetText text) {
        String escaped = text.text().replace("\\", "\\\\").replace("\"", "\\\"");
        return '"' + Printable.of(escaped) + '"' + (text.cut() ? "…" : "");
    }

    /** With a blank before it; nothing for the numbers that only the kernel uses. */
    private static String errno(int number) {
        String name = Errno.name(number);
        return name.endsWith("?") ? "" : " " + name;
    }
}
