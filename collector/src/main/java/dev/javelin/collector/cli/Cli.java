package dev.javelin.collector.cli;

import dev.javelin.bpf.CxxDemangler;
import dev.javelin.collector.session.Ahead;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What all commands stand on: where their output and messages go, what was typed, and how failures are told. */
public final class Cli {
    /** The commands that load BPF programs. */
    private static final Set<String> RECORDING = Set.of("record", "latency", "trace", "demo");

    /** In a class of its own: an agent's target waits, and needs no list of commands. */
    private static final class Commands {
        static final Map<String, Function<Cli, Object>> BY_NAME = new LinkedHashMap<>();

        static {
            BY_NAME.put("record", RecordCommand::new);
            BY_NAME.put("latency", LatencyCommand::new);
            BY_NAME.put("trace", TraceCommand::new);
            BY_NAME.put("explain", ExplainCommand::new);
            BY_NAME.put("attach", AttachCommand::new);
            BY_NAME.put("list", ListCommand::new);
            BY_NAME.put("doctor", DoctorCommand::new);
            BY_NAME.put("daemon", DaemonCommand::new);
            BY_NAME.put("demo", DemoCommand::new);
        }
    }

    private final PrintStream out;
    private final Messages messages;
    private final List<String> arguments;
    private Ahead ahead;
    private boolean verbose;
    private Consumer<String> failures = text -> {};

    /**
     * A run of the command line.
     *
     * @param out stdout, for data
     * @param messages stderr, for everything else
     * @param arguments what was typed after {@code javelin}
     */
    Cli(PrintStream out, Messages messages, List<String> arguments) {
        this.out = out;
        this.messages = messages;
        this.arguments = arguments;
    }

    /** Runs the command that the arguments name, and returns its exit status: 0 done, 1 failed, 2 called wrongly. */
    public static int run(String... arguments) {
        List<String> typed = List.of(arguments);
        if (AgentStart.canBegin(typed)) {
            try (Ahead ahead = AgentStart.begin(typed)) {
                return run(typed, ahead);
            }
        }
        Thread libraries = new Thread(Cli::loadAhead, "javelin-load");
        boolean records = arguments.length > 0 && RECORDING.contains(arguments[0]);
        if (records) {
            libraries.setDaemon(true);
            libraries.start();
        }
        int status = run(typed, null);
        if (records) {
            awaitQuietly(libraries);
        }
        return status;
    }

    private static int run(List<String> arguments, Ahead ahead) {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        Cli cli = new Cli(out, Messages.onStderr(), arguments);
        cli.ahead = ahead;
        int status = cli.execute();
        out.flush();
        return status;
    }

    /** Loads the native libraries while the command line is read: a recording needs them, and there is a CPU to spare. */
    private static void loadAhead() {
        try {
            CxxDemangler.demangle("_Z1fv");
        } catch (LinkageError e) {
            // Whoever needs them is told.
        }
    }

    /** The libraries pass through a directory that has to be removed again. */
    private static void awaitQuietly(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command as it was typed. */
    String commandLine() {
        return "javelin " + String.join(" ", arguments);
    }

    PrintStream out() {
        return out;
    }

    Messages messages() {
        return messages;
    }

    /** Whether to say more, stack traces of failures included. */
    boolean verbose() {
        return verbose;
    }

    void verbose(boolean on) {
        verbose = on;
    }

    /** Who is also to be told of failures, in one line. */
    void onFailure(Consumer<String> told) {
        failures = told;
    }

    /** Of a recording that has begun already, what it has; null after that, and without one. */
    Ahead takeAhead() {
        Ahead taken = ahead;
        ahead = null;
        return taken;
    }

    int execute() {
        try {
            RecordCommand agents = AgentStart.command(this, arguments);
            return agents == null ? parsed() : agents.call();
        } catch (RuntimeException | Error e) {
            return fail(e);
        }
    }

    private int parsed() {
        CommandLine commandLine = new CommandLine(new JavelinCommand(this));
        addCommands(commandLine);
        commandLine
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((e, args) -> usage(e))
                .setExecutionExceptionHandler((e, command, result) -> fail(e))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true);
        return commandLine.execute(arguments.toArray(String[]::new));
    }

    /** Adds the command that is asked for, or all if it is none of them: describing a command takes some milliseconds. */
    private void addCommands(CommandLine commandLine) {
        Map<String, Function<Cli, Object>> wanted = new LinkedHashMap<>(Commands.BY_NAME);
        if (!arguments.isEmpty() && Commands.BY_NAME.containsKey(arguments.get(0))) {
            wanted.keySet().retainAll(Set.of(arguments.get(0)));
        }
        wanted.forEach((name, command) -> commandLine.addSubcommand(name, command.apply(this)));
    }

    /** Tells of a failure in one line, with the stack trace below it if that is wanted; returns the exit status. */
    int fail(Throwable failure) {
        Failure told = Failure.of(failure);
        messages.line("javelin: " + told.text());
        failures.accept(told.text());
        if (verbose) {
            printStackTrace(failure);
        }
        return told.exitStatus();
    }

    private void printStackTrace(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        trace.toString().lines().forEach(line -> messages.line(line.replace("\t", "    ")));
    }

    private int usage(ParameterException e) {
        StringBuilder text = new StringBuilder(oneLine(e.getMessage()));
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                text.append("; did you mean ")
                        .append(String.join(" or ", suggestions))
                        .append('?');
            }
        }
        String command = e.getCommandLine().getCommandSpec().qualifiedName(" ");
        messages.line("javelin: " + text + " (see " + command + " --help)");
        return CommandLine.ExitCode.USAGE;
    }

    private static String oneLine(String message) {
        return message == null ? "wrong usage" : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
