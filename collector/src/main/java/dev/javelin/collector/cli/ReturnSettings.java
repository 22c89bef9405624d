package dev.javelin.collector.cli;

import picocli.CommandLine.Option;

/** The option that says which returns of functions may be probed. */
final class ReturnSettings {
    @Option(
            names = "--may-throw",
            description = "Probe the returns of functions in libraries that throw C++ exceptions, too."
                    + " One that passes such a function ends the application.")
    private boolean mayThrow;

    boolean mayThrow() {
        return mayThrow;
    }
}
