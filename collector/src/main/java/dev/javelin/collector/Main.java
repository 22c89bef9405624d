package dev.javelin.collector;

import dev.javelin.collector.cli.Cli;

/** Where {@code java -jar javelin.jar} starts. */
public final class Main {
    private Main() {}

    /** Runs a command and ends the process with its exit status: 0 done, 1 failed, 2 called wrongly. */
    public static void main(String[] args) {
        System.exit(Cli.run(args));
    }
}
