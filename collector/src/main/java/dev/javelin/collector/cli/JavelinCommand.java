package dev.javelin.collector.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code javelin} itself: names its commands. */
@Command(
        name = "javelin",
        description = "Profiles JVM applications on Linux by eBPF: Java, native and kernel frames on one stack.",
        mixinStandardHelpOptions = true,
        versionProvider = JavelinCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Examples:",
            "  javelin demo                            see what it does",
            "  javelin list                            the JVMs on this machine",
            "  javelin record -d 30s -f cpu.html 1234  a flame graph of process 1234",
            "  javelin record -e offcpu -f off.html 1234  where its threads wait",
            "  javelin latency syscall:fsync 1234      how long its fsyncs take",
            "  javelin trace syscall:fsync 1234        each fsync as it comes",
            "  javelin doctor 1234                     what stands in the way",
            "  javelin daemon                          as root: lets users record their own processes",
        })
final class JavelinCommand implements Runnable {
    private final Cli cli;

    JavelinCommand(Cli cli) {
        this.cli = cli;
    }

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Say more, and show stack traces of failures.")
    void verbose(boolean on) {
        cli.verbose(on);
    }

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Missing command: one of record, latency, trace, explain, attach, list, doctor, daemon, demo");
    }

    /** Reads the version that the build wrote. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            return new String[] {"javelin " + number()};
        }

        /** The version's number. */
        static String number() throws IOException {
            Properties properties = new Properties();
            try (InputStream in = Version.class.getResourceAsStream("/dev/javelin/collector/version.properties")) {
                properties.load(in);
            }
            return properties.getProperty("version");
        }
    }
}
