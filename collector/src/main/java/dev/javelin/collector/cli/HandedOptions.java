package dev.javelin.collector.cli;

import dev.javelin.collector.daemon.Daemon;
import dev.javelin.collector.daemon.Request;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.flamegraph.Outputs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The options of {@code record} that the daemon takes from users. It knows them by name: no other, whatever it may do to a recording, is passed on;
 * none names a file; and what they ask for is within bounds.
 */
final class HandedOptions {
    /** Events that show nothing of other processes, but that and for how long they took a CPU away. */
    private static final Pattern EVENT = Pattern.compile("cpu|offcpu|wall|runq|syscall:[a-z0-9_*?]{1,64}");

    private static final int MAX_FREQUENCY = 999;
    private static final Duration MAX_DURATION = Duration.ofHours(24);
    private static final String DURATION = "--duration";

    private static final Set<String> ALLOWED = Set.of(
            "--event",
            DURATION,
            "--interval",
            "--frequency",
            "--depth",
            "--by",
            "--value",
            "--user",
            "--kernel",
            "--threads",
            "--include",
            "--exclude",
            "--simple",
            "--dot",
            "--sig",
            "--ann",
            "--lib",
            "--norm",
            "--total",
            "--title",
            "--minwidth",
            "--reverse",
            "--inverted");

    /** What the client does by itself. The daemon has kernel mode only: a client that wants user-space mode does not ask it. */
    private static final Set<String> KEPT =
            Set.of(DURATION, "--file", "--loop", "--daemon", "--mode", "--for-agent", "--verbose");

    private HandedOptions() {}

    /** The options as they are understood. */
    @Command(name = "record")
    private static final class Understood {
        @Mixin
        private SampleSettings sampling;

        @Mixin
        private ReportSettings report;

        @Option(names = "--user")
        private boolean userOnly;

        @Option(names = "--kernel")
        private boolean kernelOnly;
    }

    /** Those that were typed, but for what the client does by itself; each a word. */
    static List<String> typed(CommandSpec record) {
        return record.commandLine().getParseResult().matchedOptions().stream()
                .distinct()
                .filter(option -> !KEPT.contains(option.longestName()))
                .flatMap(HandedOptions::words)
                .toList();
    }

    private static Stream<String> words(OptionSpec option) {
        return option.arity().max() == 0
                ? Stream.of(option.longestName())
                : option.originalStringValues().stream().map(value -> option.longestName() + "=" + value);
    }

    /** {@code --duration=…}. */
    static String duration(Duration duration) {
        return DURATION + "=" + duration.toNanos() + "ns";
    }

    /**
     * What the daemon does for a request.
     *
     * @throws JavelinException if it does not
     */
    static Daemon.Task check(Request request) {
        if (!Outputs.extensions().contains(request.format())) {
            throw JavelinException.usage(
                    "unknown format: the daemon writes " + String.join(", ", Outputs.extensions()));
        }
        return check(request.options());
    }

    /**
     * The same for its options.
     *
     * @throws JavelinException if the daemon takes one of them not, or not so
     */
    static Daemon.Task check(List<String> words) {
        for (String word : words) {
            String name = word.split("=", 2)[0];
            if (!ALLOWED.contains(name)) {
                throw JavelinException.usage(
                        name + ": the daemon does not take this option from users: leave it out, or record as root");
            }
        }
        Duration duration = duration(understood(words).sampling);
        List<String> options = new ArrayList<>(words);
        options.removeIf(word -> word.startsWith(DURATION + "="));
        options.add(duration(duration));
        return new Daemon.Task(options, duration);
    }

    private static Understood understood(List<String> words) {
        Understood understood = new Understood();
        try {
            new CommandLine(understood).parseArgs(words.toArray(String[]::new));
        } catch (ParameterException e) {
            throw JavelinException.usage(e.getMessage().strip().replaceAll("\\s*\\R\\s*", " "));
        }
        checkEvents(understood.sampling);
        understood.sampling.depth();
        understood.sampling.key();
        understood.sampling.value();
        understood.report.options(false);
        if (understood.userOnly && understood.kernelOnly) {
            throw JavelinException.usage("--user and --kernel together leave nothing: give one of them");
        }
        return understood;
    }

    private static void checkEvents(SampleSettings sampling) {
        sampling.events().list().forEach(HandedOptions::checkEvent);
        sampling.checkIntervals();
        for (AskedEvent event : sampling.events().list()) {
            checkRate(event, sampling.interval(event));
        }
    }

    private static void checkEvent(AskedEvent event) {
        if (!EVENT.matcher(event.name()).matches()) {
            throw JavelinException.usage("-e " + event.name()
                    + ": the daemon records cpu, offcpu, wall, runq and syscall:NAME for users: others as root");
        }
    }

    private static void checkRate(AskedEvent event, long interval) {
        if (event.isClock() && interval < 1_000_000_000L / MAX_FREQUENCY) {
            throw JavelinException.usage(
                    "the daemon takes " + MAX_FREQUENCY + " samples a second and CPU at most: give a longer interval");
        }
    }

    private static Duration duration(SampleSettings sampling) {
        Duration asked = sampling.duration();
        if (asked != null && asked.compareTo(MAX_DURATION) > 0) {
            throw JavelinException.usage("-d: the daemon records for 24 h at most; --loop gives a report now and then");
        }
        return asked == null ? MAX_DURATION : asked;
    }
}
