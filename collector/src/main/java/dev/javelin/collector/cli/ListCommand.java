package dev.javelin.collector.cli;

import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code javelin list}: the JVMs that can be seen. */
@Command(
        name = "list",
        description = "Shows the JVMs on this machine: process, user, Java version, main class.",
        mixinStandardHelpOptions = true,
        versionProvider = JavelinCommand.Version.class,
        footer = {
            "",
            "Examples:",
            "  javelin list           every JVM, also those in containers",
            "  javelin list tomcat    those with 'tomcat' in their command line",
            "",
            "Exit status: 0 if one was found, 1 if none was.",
        })
final class ListCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(arity = "0..1", paramLabel = "TEXT", description = "Only JVMs with this in their command line.")
    private String text;

    @Option(
            names = {"-l", "--long"},
            description = "Show the whole command lines.")
    private boolean wholeCommand;

    ListCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
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
        return 0;
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
