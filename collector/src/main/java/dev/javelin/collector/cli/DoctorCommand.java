package dev.javelin.collector.cli;

import dev.javelin.bpf.KernelFeatures;
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
        List<Finding> here = new ArrayList<>();
        here.add(Finding.ok("Javelin runs on Java " + Runtime.version()));
        here.addAll(kernel());
        here.forEach(this::print);
        List<Finding> there = target == null ? List.of() : TargetChecks.of(target);
        there.forEach(this::print);
        Verdict verdict = Verdict.of(failures(here), failures(there), isServed(here));
        cli.out().println(verdict.text());
        return verdict.exitStatus();
    }

    private boolean isServed(List<Finding> here) {
        return failures(here) > 0 && DaemonClient.find(cli, null) != null;
    }

    private static int failures(List<Finding> findings) {
        return (int) findings.stream().filter(Finding::isFailure).count();
    }

    /** What comes of all findings, in a line. */
    record Verdict(String text, int exitStatus) {
        /**
         * Tells it.
         *
         * @param here what stands in the way on this machine, for this user
         * @param there what stands in the way in the process that was named
         * @param daemon whether there is one that recordings are handed over to
         */
        static Verdict of(int here, int there, boolean daemon) {
            if (here > 0 && !daemon) {
                return new Verdict(
                        "Recording cannot work here: " + here
                                + " found. Without the kernel's help there is 'javelin record --mode user PID'.",
                        1);
            }
            String works = here == 0
                    ? "Recording works here" + (there == 0 ? "." : ", but not of this process: see above.")
                    : "You cannot record here yourself, but 'record' and the agent hand over to the daemon, which records"
                            + " your own processes"
                            + (there == 0 ? "." : "; it says itself whether it can record this one.");
            return new Verdict(works, there == 0 ? 0 : 1);
        }
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
