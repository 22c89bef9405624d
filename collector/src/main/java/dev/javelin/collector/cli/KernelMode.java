package dev.javelin.collector.cli;

import dev.javelin.collector.session.JavelinException;
import picocli.CommandLine.Option;

/** The option {@code --mode} of commands that need the kernel: user-space mode is refused with the reason. */
final class KernelMode {
    @Option(names = "--mode", paramLabel = "MODE", defaultValue = "kernel", hidden = true)
    private String mode;

    /**
     * Fails if another mode is asked for.
     *
     * @param why what the command does that only the kernel can do
     */
    void check(String why) {
        if (Mode.of(mode, false) != Mode.KERNEL) {
            throw JavelinException.usage("--mode " + mode + ": " + why
                    + ", which only the kernel can do; user-space mode has 'record' with -e cpu, wall, alloc or lock");
        }
    }
}
