package dev.javelin.collector.cli;

import dev.javelin.collector.session.Ahead;
import java.util.List;

/**
 * The short way of {@code record --for-agent OPTION... PID}, for whose start the target waits: the recording begins before the options are read, and the
 * usual ones are read without picocli, which takes 80 ms to describe the command in a JVM that has just started. For the same reason: no lambdas here.
 */
final class AgentStart {
    static final String FOR_AGENT = "--for-agent";

    private static final String CPU = "--event=" + AskedEvent.CPU;
    /** With one of these a recording begins otherwise. */
    private static final List<String> OTHERWISE =
            List.of("--event", "--alloc", "--lock", "--mode", "--daemon", "--depth", "--user", "--kernel");

    private AgentStart() {}

    /** Whether it is known already how the recording begins. */
    static boolean canBegin(List<String> arguments) {
        if (!isAgents(arguments)) {
            return false;
        }
        for (String argument : arguments) {
            if (!argument.equals(CPU) && beginsOtherwise(argument)) {
                return false;
            }
        }
        return true;
    }

    private static boolean beginsOtherwise(String argument) {
        for (String option : OTHERWISE) {
            if (argument.startsWith(option)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAgents(List<String> arguments) {
        return arguments.size() > 2
                && arguments.get(0).equals("record")
                && arguments.get(1).equals(FOR_AGENT)
                && isNumber(arguments.get(arguments.size() - 1));
    }

    private static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() < 10;
    }

    /** Begins the recording. */
    static Ahead begin(List<String> arguments) {
        return Ahead.of(Integer.parseInt(arguments.get(arguments.size() - 1)));
    }

    /**
     * The command with its options.
     *
     * @return null if it is no agent's, or has options that are for picocli to read, or to refuse
     */
    static RecordCommand command(Cli cli, List<String> arguments) {
        // the daemon is handed the options as picocli has understood them
        if (!isAgents(arguments) || DaemonClient.find(cli, null) != null) {
            return null;
        }
        RecordCommand command = new RecordCommand(cli);
        int last = arguments.size() - 1;
        for (String argument : arguments.subList(1, last)) {
            int equals = argument.indexOf('=');
            boolean known = equals < 0
                    ? command.set(argument)
                    : command.set(argument.substring(0, equals), argument.substring(equals + 1));
            if (!known) {
                return null;
            }
        }
        command.target(arguments.get(last));
        return command;
    }
}
