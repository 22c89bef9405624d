package dev.javelin.collector.cli;

import dev.javelin.collector.probe.SpecPattern;
import dev.javelin.collector.probe.TargetLibraries;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code javelin list}: the JVMs that can be seen; {@code javelin list PID}: what can be probed in one. */
@Command(
        name = "list",
        description = {
            "Shows the JVMs on this machine: process, user, Java version, main class;",
            "or, for one of them, what can be probed in it."
        },
        mixinStandardHelpOptions = true,
        versionProvider = JavelinCommand.Version.class,
        footer = {
            "",
            "Examples:",
            "  javelin list                  every JVM, also those in containers",
            "  javelin list tomcat           those with 'tomcat' in their command line",
            "  javelin list 1234             the USDT probes of process 1234, and how many",
            "                                functions each of its libraries has",
            "  javelin list 1234 safepoint   probes and functions with 'safepoint' in them",
            "  javelin list 1234 'uprobe:libjvm:G1*::*pause*'",
            "",
            "Exit status: 0 if something was found, 1 if nothing was.",
        })
final class ListCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TEXT|PID",
            description = "Only JVMs with this in their command line; or the number of one.")
    private String text;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PATTERN",
            description = "Only probes with this in them, or that fit this with * and ?, in upper or lower case.")
    private String pattern;

    @Option(
            names = {"-l", "--long"},
            description = "Show the whole command lines.")
    private boolean wholeCommand;

    ListCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        if (pattern != null || (text != null && Targets.isNumber(text))) {
            listProbes(Targets.of(List.of(text)).processes().get(0));
        } else {
            listJvms();
        }
        return 0;
    }

    private void listProbes(ProcessInfo process) {
        ProbeList probes = new ProbeList(cli.messages(), pattern == null ? null : new SpecPattern(pattern));
        List<String> lines;
        try {
            lines = probes.of(TargetLibraries.of(process.pid()));
        } catch (IOException e) {
            throw JavelinException.failed("cannot list the probes of " + process.pid() + ": " + e.getMessage(), e);
        }
        if (lines.isEmpty()) {
            throw JavelinException.failed("nothing that can be probed in " + Targets.shown(process) + " fits '"
                    + pattern + "': 'javelin list " + process.pid() + "' shows what there is");
        }
        StringBuilder shown = new StringBuilder();
        lines.forEach(line -> shown.append(Printable.of(line)).append('\n'));
        cli.out().print(shown);
    }

    private void listJvms() {
        List<ProcessInfo> jvms =
                Targets.otherJvms().stream().filter(this::isWanted).toList();
        if (jvms.isEmpty()) {
            throw JavelinException.failed(
                    text == null
                            ? "no JVM can be seen" + asRoot()
                            : "no JVM with '" + text + "' in its command line can be seen" + asRoot());
        }
        cli.out().printf("%8s  %-12s %-10s %s%n", "PID", "USER", "JAVA", wholeCommand ? "COMMAND" : "MAIN CLASS");
        jvms.forEach(this::print);
    }

    private boolean isWanted(ProcessInfo process) {
        return text == null || process.commandLine().contains(text);
    }

    private void print(ProcessInfo process) {
        cli.out()
                .printf(
                        "%8d  %-12s %-10s %s%n",
                        process.pid(),
                        Printable.of(Targets.owner(process)),
                        Printable.of(JavaRelease.of(process.pid())),
                        Printable.of(wholeCommand ? process.commandLine() : process.mainClass()));
    }

    private static String asRoot() {
        return "root".equals(System.getProperty("user.name")) ? "" : "; other users' JVMs can be seen as root only";
    }
}
