package dev.javelin.collector.cli;

import dev.javelin.bpf.KernelFeatures;
import dev.javelin.collector.daemon.Daemon;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code javelin doctor}: says what stands in the way of a recording, and how to remove it. */
@Command(
        name = "doctor",
        description =
                "Checks what recording needs: kernel, BTF, privileges, perf events, the JVM; each problem with its fix.",
        mixinStandardHelpOptions = true,
        versionProvider = JavelinCommand.Version.class,
        footer = {
            "",
            "Examples:",
            "  javelin doctor          this machine",
            "  javelin doctor 1234     this machine, and process 1234",
            "",
            "Exit status: 0 if recording can work, 1 if not.",
        })
final class DoctorCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(arity = "0..1", paramLabel = "PID|NAME", description = "A JVM to check too.")
    private String target;

    DoctorCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("Javelin runs on Java " + Runtime.version()));
        findings.addAll(kernel());
        if (target != null) {
            findings.addAll(TargetChecks.of(target));
        }
        if (findings.stream().anyMatch(Finding::isFailure) && Files.exists(Daemon.SOCKET)) {
            findings.add(Finding.note(
                    "a daemon listens on " + Daemon.SOCKET,
                    "nothing to do for 'record' and the agent, which hand over to it"));
        }
        findings.forEach(this::print);
        long failures = findings.stream().filter(Finding::isFailure).count();
        cli.out()
                .println(
                        failures == 0
                                ? "Recording works here."
                                : "Recording cannot work here: " + failures
                                        + " found. Without the kernel's help there is 'javelin record --mode user PID'.");
        return failures == 0 ? 0 : 1;
    }

    private static List<Finding> kernel() {
        try {
            return KernelChecks.of(KernelFeatures.probe());
        } catch (LinkageError e) {
            return List.of(
                    Finding.fail(
                            "libbpf, which Javelin carries along, cannot be loaded: " + e.getMessage(),
                            "Javelin needs x86-64 Linux with glibc 2.33 or newer, and a temporary directory that allows execution"));
        }
    }

    private void print(Finding finding) {
        cli.out().printf("%-5s %s%n", finding.level().shown(), Printable.of(finding.text()));
        if (!finding.fix().isEmpty()) {
            cli.out().printf("      %s%n", Printable.of(finding.fix()));
        }
    }
}
