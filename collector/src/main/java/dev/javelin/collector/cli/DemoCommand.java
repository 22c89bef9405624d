package dev.javelin.collector.cli;

import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.walker.Probes;
import dev.javelin.flamegraph.ReportOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code javelin demo}: records a sample application and says what to look at. */
@Command(
        name = "demo",
        description = "Starts a sample application, records its CPU time and writes a flame graph of it.",
        mixinStandardHelpOptions = true,
        versionProvider = JavelinCommand.Version.class,
        footer = {
            "",
            "Examples:",
            "  javelin demo                            10 s into javelin-demo.html",
            "  javelin demo -d 3s -f /tmp/demo.html",
        })
final class DemoCommand implements Callable<Integer> {
    private static final long INTERVAL_NANOS = 1_000_000;
    private static final int DEPTH = 512;

    private final Cli cli;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long (default: 10s).")
    private String duration;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            defaultValue = "javelin-demo.html",
            description = "The report (default: javelin-demo.html).")
    private String file;

    DemoCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        Duration time = SampleSettings.duration(duration);
        OutputFile.checkFormat(file);
        OutputFile output = OutputFile.of(file, "demo");
        try (SampleProcess application = SampleProcess.start()) {
            Targets targets = Targets.of(List.of(Integer.toString(application.pid())));
            Recording recording = new Recording(cli, request(application.pid(), time, output.path()), output);
            return recording.run(
                    "recording a sample application, process " + targets.shown() + ", for "
                            + Units.duration(time.toNanos()) + " at " + 1_000_000_000 / INTERVAL_NANOS + " Hz",
                    result -> explain(output.path()));
        }
    }

    private RecordRequest request(int pid, Duration time, Path path) {
        return new RecordRequest(
                List.of(pid),
                false,
                AskedEvent.CPU,
                Probes.NONE,
                INTERVAL_NANOS,
                time,
                path,
                DEPTH,
                true,
                true,
                ReportOptions.builder()
                        .with(ReportOptions.Flag.THREADS)
                        .with(ReportOptions.Flag.NORMALISE)
                        .title("Javelin demo")
                        .build(),
                cli.commandLine(),
                cli.verbose(),
                key -> null);
    }

    private void explain(Path path) {
        cli.out()
                .println("The flame graph is in "
                        + Printable.of(path.toAbsolutePath().normalize().toString()) + """

                Open it in a browser. Each thread of the sample application is a column at the bottom; look at
                  price-baskets         compiled by C2 (green), with the inlined methods on it (aqua), streams and lambdas
                  parse-orders          recursion, some 40 calls deep
                  compress-invoices     Java, then libzip's and zlib's native functions (red)
                  write-journal         Java, JDK and libc functions, then the kernel's file system (orange)
                  ask-stock-server      the same way down into the kernel's network
                  load-discount-rules   classes loaded anew all the time: interpreted (pale green), C1, and libjvm (yellow)
                  GC and compiler threads, which a profiler inside the JVM hardly ever shows
                To record a program of your own: javelin list, then javelin record -d 10s -f cpu.html PID""");
        cli.out().flush();
    }
}
