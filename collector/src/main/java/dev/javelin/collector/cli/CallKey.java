package dev.javelin.collector.cli;

import dev.javelin.collector.probe.SyscallNames;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import dev.javelin.collector.walker.ProbeRow.What;
import java.io.IOException;
import java.util.function.LongFunction;

/** What {@code --by} tells events apart by. */
final class CallKey {
    private final String by;

    /**
     * The key of this name; none for null.
     *
     * @throws JavelinException usage, if there is no such key
     */
    CallKey(String by) {
        this.by = by;
        what();
    }

    /** What the programs count by. */
    What what() {
        if (by == null) {
            return What.ONE;
        }
        return switch (by) {
            case "retval" -> What.RETURN;
            case "thread", "tid" -> What.THREAD;
            case "cpu" -> What.CPU;
            case "syscall" -> What.SYSCALL;
            default -> {
                if (!by.matches("arg[0-5]")) {
                    throw JavelinException.usage(
                            "--by " + by + ": unknown key; known are arg0 to arg5, retval, thread, cpu, syscall");
                }
                yield What.argument(by.charAt(3) - '0');
            }
        };
    }

    /** How its values are shown; gives null if there is none. */
    LongFunction<String> label() {
        if (by == null) {
            return key -> null;
        }
        return switch (by) {
            case "syscall" -> SyscallNames::name;
            case "thread", "tid" -> key -> thread((int) key);
            case "cpu" -> key -> "CPU " + key;
            default -> key -> by + "=" + key;
        };
    }

    /** A thread has a directory of its own in /proc, which no listing shows. */
    private static String thread(int tid) {
        try {
            return ProcessInfo.threadComm(tid, tid) + " tid=" + tid;
        } catch (IOException e) {
            return "tid=" + tid; // it has ended
        }
    }
}
